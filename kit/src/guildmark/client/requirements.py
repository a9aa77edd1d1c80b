"""What an exam's `requirements.txt` says to this machine: packages with their versions, and the Pythons that can have them.

Which Pythons a package has wheels for stands in `tested_versions.toml`: an index could tell better, but not without a
connection, and not before a failed installation.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PIN = re.compile(
    r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*==\s*(?P<version>[0-9][\w.+!-]*)\s*(?:;(?P<marker>.*))?$"
)
_PLATFORM = re.compile(r"sys_platform\s*==\s*['\"](\w+)['\"]")
_TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")
Minor = tuple[int, int]


@dataclass(frozen=True)
class Pythons:
    """The Pythons from `oldest` to `newest`, each as (3, 11), that can have every package."""

    oldest: Minor
    newest: Minor

    def __contains__(self, version: Minor) -> bool:
        return self.oldest <= version <= self.newest

    def __str__(self) -> str:
        return "-".join(dict.fromkeys(".".join(map(str, one)) for one in (self.oldest, self.newest)))

    @property
    def minors(self) -> tuple[str, ...]:
        """Each of them as `3.13`, the newest first."""
        major, last = self.newest
        return tuple(f"{major}.{minor}" for minor in range(last, self.oldest[1] - 1, -1))

    @property
    def specifier(self) -> str:
        """`>=3.11,<3.14`."""
        return f">={self.oldest[0]}.{self.oldest[1]},<{self.newest[0]}.{self.newest[1] + 1}"


def pinned(requirements: str, *, platform: str = sys.platform) -> dict[str, str]:
    """The version of each package that is pinned for `platform`, by its name in lower case."""
    found = {}
    for line in requirements.splitlines():
        match = _PIN.match(line.split("#", 1)[0].split("--hash", 1)[0].rstrip(" \\"))
        if match is None:
            continue
        platforms = _PLATFORM.findall(match["marker"] or "")
        if not platforms or platform in platforms:
            found[match["name"].lower().replace("_", "-")] = match["version"]
    return found


def tensorflow_in(requirements: str, *, platform: str = sys.platform) -> str | None:
    """The version of TensorFlow that is pinned, under whichever name; None where it is not asked for."""
    packages = pinned(requirements, platform=platform)
    return next((packages[name] for name in _TENSORFLOW if name in packages), None)


def pythons_for(requirements: str, *, platform: str = sys.platform) -> Pythons | None:
    """The Pythons that can have all of it, as far as the table knows the packages; None where it knows none of them."""
    packages = dict(pinned(requirements, platform=platform))
    tensorflow = tensorflow_in(requirements, platform=platform)
    if tensorflow is not None:
        packages["tensorflow"] = tensorflow
    known = [_pythons(found) for name, version in packages.items() if (found := _row("python", name, version)) is not None]
    if not known:
        return None
    fitting = Pythons(max(one.oldest for one in known), min(one.newest for one in known))
    return fitting if fitting.oldest <= fitting.newest else None


def tested_cuda(tensorflow: str) -> tuple[str, str] | None:
    """CUDA and cuDNN that TensorFlow's documentation names for the version; None for one that the table does not know."""
    found = _row("cuda", "tensorflow", tensorflow)
    return None if found is None else (found[0], found[1])


def oldest_driver(cuda: str, *, windows: bool = False) -> str | None:
    """The oldest NVIDIA driver for the major version of `cuda`, as NVIDIA documents it; None for one that is not known."""
    row = _tables()["driver"].get(cuda.partition(".")[0])
    return None if row is None else str(row["windows" if windows else "linux"])


def _row(table: str, package: str, version: str) -> Any:
    return _tables()[table].get(package, {}).get(".".join(version.split(".")[:2]))


def _pythons(row: tuple[str, str]) -> Pythons:
    oldest, newest = (tuple(map(int, one.split("."))) for one in row)
    return Pythons((oldest[0], oldest[1]), (newest[0], newest[1]))


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tested_versions.toml").read_text(encoding="utf-8"))
