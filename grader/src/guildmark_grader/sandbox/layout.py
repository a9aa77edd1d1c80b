"""What the box sees of the host: an interpreter, the libraries of the worker, and a little code of ours. All read-only.

Never mounted: our scoring, authoring and service, the portal, other packages of the environment, and any folder as a whole
in which something else might lie. Inside, everything has a neutral path.
"""

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

import guildmark
import guildmark_grader
from guildmark.errors import OurFault
from guildmark.i18n import _
from guildmark_grader.worker.request import Program

PYTHON = "/box/python/bin/python"
ZYGOTE = "/box/code/guildmark_grader/inside/zygote.py"
LIBRARY_PATH = "/box/python/lib"

TORCH_VARIABLE = "GUILDMARK_TORCH_ENVIRONMENT"
"""Names the folder of a virtual environment with PyTorch; without it, PyTorch is looked for beside the grader."""

_NEEDED = {
    Program.INSPECT: (("h5py",), ("numpy",)),
    Program.PROBE: (("h5py",), ("numpy",)),
    Program.TENSORFLOW: (("tensorflow-cpu", "tensorflow"), ("h5py",), ("tf-keras",)),
    Program.ONNX: (("onnxruntime",), ("h5py",)),
    Program.TFLITE: (("ai-edge-litert",), ("h5py",)),
    Program.TORCH: (("torch",), ("numpy",), ("h5py",)),
}
"""For each program, what must be installed; of several names one."""
_EXTRAS = {Program.ONNX: "onnx", Program.TFLITE: "tflite", Program.TORCH: "torch"} | dict.fromkeys(
    (Program.INSPECT, Program.PROBE, Program.TENSORFLOW), "keras"
)
_OUR_PARTS = {
    guildmark: ("__init__.py", "version.py", "inspection", "rules/__init__.py", "rules/contract.py", "rules/verdict.py"),
    guildmark_grader: ("__init__.py", "inside", "worker"),
}
_SYSTEM_FOLDERS = ("/usr/lib", "/usr/lib64")
_SYSTEM_ALIASES = ("/lib", "/lib64")
_LOADER_CACHE = "/etc/ld.so.cache"


class RuntimeMissing(OurFault):
    """A framework is not installed beside the grader."""


@dataclass(frozen=True)
class Bind:
    """A file or folder of the host, and where the box sees it."""

    source: Path
    target: str


@functools.cache
def code_binds(program: Program) -> tuple[Bind, ...]:
    """Interpreter, libraries and our own code: what a zygote of `program` needs, and no more. Raises `RuntimeMissing`."""
    return (*_interpreter(), *_libraries(program), *_our_code())


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


def zygote_on_host() -> Path:
    """The zygote's own file, for one that runs on the bare host."""
    return Path(str(guildmark_grader.__file__)).with_name("inside") / "zygote.py"


def folders_on_host(program: Program) -> list[str]:
    """Where a zygote on the bare host finds our code and its packages. Raises `RuntimeMissing`."""
    ours = [Path(str(package.__file__)).parents[1] for package in _OUR_PARTS]
    theirs = [Path(str(installed.locate_file(""))).resolve() for installed in _closure(program)]
    return list(dict.fromkeys(str(folder) for folder in (*ours, *theirs)))


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


def _libraries(program: Program) -> Iterator[Bind]:
    entries: dict[str, Path] = {}
    for installed in _closure(program):
        for top_level, path in _top_level(installed):
            entries.setdefault(top_level, path)
    for top_level, path in sorted(entries.items()):
        yield Bind(path, f"/box/site/{top_level}")


def is_installed(program: Program) -> bool:
    """Whether this host has what `program` imports."""
    try:
        return bool(_closure(program))
    except RuntimeMissing:
        return False


def version(name: str, program: Program) -> str | None:
    """The version of the distribution `name` that `program` would import; None where it is not installed."""
    found = _installed(name, _places(program))
    return None if found is None else found.version


def _closure(program: Program) -> list[Distribution]:
    """The distributions that `program` needs and all that they require, as they are installed here."""
    places = _places(program)
    wanted = [_first_installed(names, places, program) for names in _NEEDED[program]]
    found = dict[str, Distribution]()
    while wanted:
        name = wanted.pop()
        installed = _installed(name, places)
        if name in found or installed is None:
            continue
        found[name] = installed
        requirements = installed.requires or []
        wanted += [_name_of(requirement) for requirement in requirements if "extra ==" not in requirement]
    return list(found.values())


def _places(program: Program) -> list[str]:
    """Where packages are looked for: PyTorch may live in an environment of its own, so that it cannot disturb the others."""
    own = os.environ.get(TORCH_VARIABLE) if program is Program.TORCH else None
    if not own:
        return sys.path
    return [str(path) for path in sorted(Path(own, "lib").glob("python3*/site-packages"))]


def _first_installed(names: tuple[str, ...], places: list[str], program: Program) -> str:
    for name in names:
        if _installed(name, places) is not None:
            return name
    raise RuntimeMissing(
        _("{name} is not installed beside the grader.").format(name=names[0]),
        next_step=_("Install it with: pip install 'guildmark-grader[{extra}]'").format(extra=_EXTRAS[program]),
    )


def _installed(name: str, places: list[str]) -> Distribution | None:
    return next(iter(distributions(name=name, path=places)), None)


def _name_of(requirement: str) -> str:
    end = next((i for i, c in enumerate(requirement) if not (c.isalnum() or c in "-_.")), len(requirement))
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


def _top_level(installed: Distribution) -> Iterator[tuple[str, Path]]:
    root = Path(str(installed.locate_file("")))
    record = installed.read_text("RECORD") or ""
    names = {line.split("/", 1)[0].split(",", 1)[0].strip('"') for line in record.splitlines()}
    for name in sorted(names - {"", "..", "__pycache__"}):
        path = root / name
        if path.exists() and path.suffix != ".pth":
            yield name, path
