"""What the box sees of the host: an interpreter, the libraries of the worker, and a little code of ours. All read-only.

Never mounted: our scoring, authoring and service, the portal, other packages of the environment, and any folder as a whole
in which something else might lie. Inside, everything has a neutral path.
"""

import functools
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import guildmark
import guildmark_grader
from guildmark.errors import OurFault
from guildmark.i18n import mark

PYTHON = "/box/python/bin/python"
INSIDE = "/box/inside.py"
WORKER = "/box/worker.py"
LIBRARY_PATH = "/box/python/lib"

_RUNTIMES = ("tensorflow-cpu", "tensorflow")
_OUR_PARTS = {
    guildmark: ("__init__.py", "i18n.py", "inspection", "rules/__init__.py", "rules/contract.py", "rules/verdict.py"),
    guildmark_grader: ("__init__.py", "worker"),
}
_SYSTEM_FOLDERS = ("/usr/lib", "/usr/lib64")
_SYSTEM_ALIASES = ("/lib", "/lib64")
_LOADER_CACHE = "/etc/ld.so.cache"


class RuntimeMissing(OurFault):
    """TensorFlow is not installed beside the grader."""

    default_next_step = mark("Install it with: pip install 'guildmark-grader[keras]'")


@dataclass(frozen=True)
class Bind:
    """A file or folder of the host, and where the box sees it."""

    source: Path
    target: str


@functools.cache
def code_binds() -> tuple[Bind, ...]:
    """Interpreter, libraries and our own code; the same for every job."""
    return (*_interpreter(), *_libraries(), *_our_code())


def system_arguments() -> list[str]:
    """Arguments for bubblewrap: the system's shared libraries, which every user may read."""
    arguments = []
    for folder in _SYSTEM_FOLDERS:
        if Path(folder).is_dir():
            arguments += ["--ro-bind", folder, folder]
    for alias in _SYSTEM_ALIASES:
        if Path(alias).is_symlink():
            arguments += ["--symlink", str(Path(alias).readlink()), alias]
        elif Path(alias).is_dir():
            arguments += ["--ro-bind", alias, alias]
    return [
        *arguments,
        "--ro-bind-try",
        _LOADER_CACHE,
        _LOADER_CACHE,
        "--ro-bind",
        "/sys/devices/system",
        "/sys/devices/system",
    ]


def masked_folders() -> list[str]:
    """Folders of the interpreter that are hidden: packages that are installed beside the standard library."""
    standard = Path(sysconfig.get_path("stdlib"))
    hidden = (standard / "site-packages", standard / "dist-packages")
    return [_in_python(folder) for folder in hidden if folder.is_dir()]


def interpreter() -> Path:
    """The interpreter itself, not the one of a virtual environment."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _interpreter() -> Iterator[Bind]:
    yield Bind(interpreter(), PYTHON)
    for folder in sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib", vars={"platbase": sys.base_prefix})}):
        yield Bind(Path(folder), _in_python(Path(folder)))
    for library in sorted(Path(sys.base_prefix, "lib").glob("libpython*.so*")):
        yield Bind(library.resolve(), f"{LIBRARY_PATH}/{library.name}")


def _in_python(folder: Path) -> str:
    return f"/box/python/{folder.relative_to(sys.base_prefix)}"


def _our_code() -> Iterator[Bind]:
    for package, parts in _OUR_PARTS.items():
        root = Path(str(package.__file__)).parent
        for part in parts:
            yield Bind(root / part, f"/box/code/{package.__name__}/{part}")
    yield Bind(Path(__file__).with_name("inside.py"), INSIDE)


def _libraries() -> Iterator[Bind]:
    entries: dict[str, Path] = {}
    for name in _closure():
        for top_level, path in _top_level(distribution(name)):
            entries.setdefault(top_level, path)
    for top_level, path in sorted(entries.items()):
        yield Bind(path, f"/box/site/{top_level}")


def _closure() -> set[str]:
    """The names of the runtime's distribution and of all that it requires, as they are installed here."""
    runtime = next((name for name in _RUNTIMES if _is_installed(name)), None)
    if runtime is None:
        raise RuntimeMissing
    wanted, found = [runtime], set[str]()
    while wanted:
        name = wanted.pop()
        if name in found or not _is_installed(name):
            continue
        found.add(name)
        requirements = distribution(name).requires or []
        wanted += [_name_of(requirement) for requirement in requirements if "extra ==" not in requirement]
    return found


def _name_of(requirement: str) -> str:
    end = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), len(requirement))
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _top_level(installed: Distribution) -> Iterator[tuple[str, Path]]:
    root = Path(str(installed.locate_file("")))
    record = installed.read_text("RECORD") or ""
    names = {line.split("/", 1)[0].split(",", 1)[0].strip('"') for line in record.splitlines()}
    for name in sorted(names - {"", "..", "__pycache__"}):
        path = root / name
        if path.exists() and path.suffix != ".pth":
            yield name, path
