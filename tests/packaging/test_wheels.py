"""Each wheel alone in an empty environment: its commands start, and what must not be there is not there."""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Distribution:
    """A package, the lock it is installed on, our other wheels that it needs, its command, and what it must not bring."""

    folder: str
    module: str
    lock: str
    needs: tuple[str, ...]
    command: str
    forbidden: tuple[str, ...]
    first_use: tuple[str, ...] = ("--help",)


DISTRIBUTIONS = (
    Distribution("kit", "guildmark", "kit.txt", (), "guildmark", ("django", "tensorflow", "keras", "torch")),
    Distribution("grader", "guildmark_grader", "kit.txt", ("kit",), "guildmark-grader", ("django", "ninja", "allauth")),
    Distribution(
        "portal",
        "guildmark_portal",
        "portal.txt",
        ("kit",),
        "guildmark-portal",
        ("tensorflow", "keras", "torch"),
        ("init", "--data", "data", "--owner", "owner@example.org"),
    ),
)

IMPORT_EVERYTHING = """
import importlib, importlib.util, pkgutil, sys
package = importlib.import_module(sys.argv[1])
skipped = tuple(sys.argv[2].split(","))
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.startswith(skipped):
        importlib.import_module(module.name)
print(",".join(name for name in sys.argv[3].split(",") if importlib.util.find_spec(name)))
"""

# Modules that only run in a surrounding of their own: inside the box with a framework, under configured Django, with an extra.
NOT_IMPORTED_ALONE = {
    "guildmark": (
        "guildmark.cli.__main__",
        "guildmark.client.dry_run_script",
        "guildmark.badges.",
        "guildmark.notebook",
        "guildmark.ui",
    ),
    "guildmark_grader": ("guildmark_grader.worker", "guildmark_grader.sandbox"),
    "guildmark_portal": ("guildmark_portal.",),
}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("wheels")
    built = {}
    for distribution in DISTRIBUTIONS:
        folder = out / distribution.folder
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT / distribution.folder, cwd=out)
        (built[distribution.folder],) = folder.glob("*.whl")
    return built


@pytest.mark.installs
@pytest.mark.enable_socket
@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=lambda d: d.folder)
def test_a_wheel_installs_alone_and_brings_nothing_forbidden(
    distribution: Distribution, wheels: dict[str, Path], tmp_path: Path
) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements" / distribution.lock, cwd=tmp_path)
    run(*pip, "--no-deps", *(wheels[need] for need in (*distribution.needs, distribution.folder)), cwd=tmp_path)

    run(python, "-m", "pip", "--disable-pip-version-check", "check", cwd=tmp_path)
    assert run(python.with_name(distribution.command), *distribution.first_use, cwd=tmp_path)
    found = run(
        python,
        "-I",
        "-c",
        IMPORT_EVERYTHING,
        distribution.module,
        ",".join(NOT_IMPORTED_ALONE[distribution.module]),
        ",".join(distribution.forbidden),
        cwd=tmp_path,
    )
    assert found.strip() == ""


@pytest.mark.installs
def test_x13_the_kit_brings_the_vocabularies_that_certificates_name(wheels: dict[str, Path]) -> None:
    folder = "guildmark/badges/contexts/"

    with zipfile.ZipFile(wheels["kit"]) as wheel:
        brought = {name.removeprefix(folder) for name in wheel.namelist() if name.startswith(folder)}
    assert brought == {path.name for path in (ROOT / "kit" / "src" / folder).iterdir()}
    assert {"credentials-v2.json", "open-badges-3.0.3.json", "NOTICE.txt"} < brought
