"""The GPU of this machine, whether TensorFlow sees it, and why not: driver, CUDA and cuDNN have to go together.

No GPU is no fault: every task trains on a processor. A line is not good only where a GPU is there, TensorFlow was built for it
and still does not see it: somebody counts on it who would find out during the exam.
"""

import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from guildmark.client.framework import Framework
from guildmark.client.health import Check
from guildmark.client.requirements import oldest_driver, tested_cuda
from guildmark.i18n import _

_LIMIT_S = 20
_DRIVER = re.compile(r"Driver Version:\s*([\d.]+)")
_CUDA = re.compile(r"CUDA Version:\s*([\d.]+)")
_TROUBLE = re.compile(
    r"^.*(?:NVIDIA-SMI has failed|Failed to initialize NVML|Driver/library version mismatch|couldn't communicate).*$",
    re.MULTILINE,
)
_LAST_OF_WINDOWS = (2, 10)
_LAST_OF_INTEL_MACS = (2, 16)


@dataclass(frozen=True)
class Nvidia:
    """What NVIDIA's driver says: its version, the newest CUDA that it can run, and the names of the GPUs.

    `trouble` is what it says in place of all that.
    """

    driver: str = ""
    cuda: str = ""
    gpus: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Platform:
    """The system and its processor, as Python names them: `linux` and `x86_64`, `darwin` and `arm64`."""

    system: str
    processor: str

    @classmethod
    def here(cls) -> "Platform":
        """That of this machine."""
        return cls(sys.platform, platform.machine())


def nvidia() -> Nvidia | None:
    """What `nvidia-smi` tells of this machine; None where there is none."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return None
    table = _output(command)
    names = _output(command, "--query-gpu=name", "--format=csv,noheader")
    return parsed(table, names)


def parsed(table: str, names: str) -> Nvidia:
    """What `nvidia-smi` (the `table`) and `nvidia-smi --query-gpu=name` (the `names`) say, read."""
    if trouble := _TROUBLE.search(table):
        return Nvidia(trouble=trouble[0].strip())
    driver, cuda = _DRIVER.search(table), _CUDA.search(table)
    gpus = tuple(line.strip() for line in names.splitlines() if line.strip()) if driver else ()
    if any("No devices were found" in line for line in gpus):
        gpus = ()
    return Nvidia(driver=driver[1] if driver else "", cuda=cuda[1] if cuda else "", gpus=gpus)


def gpu_check(framework: Framework | None, found: Nvidia | None, at: Platform) -> Check:
    """The GPU that training will use, or why there is none and whether that can be mended."""
    if framework is not None and framework.gpus:
        names = ", ".join(found.gpus) if found and found.gpus else _("{count} of them").format(count=len(framework.gpus))
        return Check("gpu", _("TensorFlow sees the GPU: {names}.").format(names=names))
    if at.system == "darwin":
        return Check("gpu", _apple(framework, at))
    if found is None or not (found.gpus or found.trouble):
        return Check("gpu", _("No GPU. A CPU is enough: the exam's models train in minutes."))
    if found.trouble:
        said = _("The driver of the NVIDIA GPU does not answer: {reason}").format(reason=found.trouble)
        return Check("gpu", said, _("Restart the machine, or install the driver anew; or train on the CPU, which is enough."))
    if framework is None:
        return Check("gpu", _("A GPU is there: {names}. A CPU is enough as well.").format(names=", ".join(found.gpus)))
    return _unseen(framework, found, at)


def _unseen(framework: Framework, found: Nvidia, at: Platform) -> Check:
    """There is a GPU, and TensorFlow does not see it."""
    names = {"names": ", ".join(found.gpus), "version": framework.version}
    if at.system == "win32" and framework.minor > _LAST_OF_WINDOWS:
        said = _("A GPU is there: {names}. On Windows itself, TensorFlow uses the CPU, which is enough; in WSL2 it can use it.")
        return Check("gpu", said.format(**names))
    if not framework.is_cuda_build:
        said = _(
            "A GPU is there: {names}. This TensorFlow is built for the CPU, which is enough; the other build: "
            'pip install "tensorflow[and-cuda]=={version}"'
        )
        return Check("gpu", said.format(**names))
    said = _("A GPU is there, and TensorFlow does not see it: {names}.").format(**names)
    cpu = _("Or train on the CPU, which is enough.")
    return Check("gpu", f"{said} {_reason(framework, found, at)}".strip(), f"{_remedy(framework, found, at)} {cpu}")


def _reason(framework: Framework, found: Nvidia, at: Platform) -> str:
    cuda, cudnn = wanted_libraries(framework)
    if is_driver_too_old(framework, found, at):
        return _("Driver {driver} is too old for CUDA {cuda}, for which TensorFlow {version} was built.").format(
            driver=found.driver, cuda=cuda, version=framework.version
        )
    has = _cudnn_package(framework)
    if has and not goes_with(has, cudnn):
        return _("TensorFlow {version} was built for cuDNN {cudnn}; {found} is installed.").format(
            version=framework.version, cudnn=cudnn, found=has
        )
    return _("TensorFlow {version} looks for CUDA {cuda} and cuDNN {cudnn}.").format(
        version=framework.version, cuda=cuda or "?", cudnn=cudnn or "?"
    )


def _remedy(framework: Framework, found: Nvidia, at: Platform) -> str:
    if is_driver_too_old(framework, found, at):
        oldest = oldest_driver(wanted_libraries(framework)[0], windows=at.system == "win32")
        return _("Install NVIDIA driver {oldest} or newer.").format(oldest=oldest)
    return _('Install what goes together: pip install "tensorflow[and-cuda]=={version}"').format(version=framework.version)


def wanted_libraries(framework: Framework) -> tuple[str, str]:
    """CUDA and cuDNN that TensorFlow was built for: by its own word, else by its documentation; empty where neither says."""
    documented = tested_cuda(framework.version) or ("", "")
    return framework.cuda or documented[0], framework.cudnn or documented[1]


def is_driver_too_old(framework: Framework, found: Nvidia, at: Platform) -> bool:
    """Whether the driver can run no CUDA of the major version that TensorFlow was built for."""
    cuda, _cudnn = wanted_libraries(framework)
    oldest = oldest_driver(cuda, windows=at.system == "win32") if cuda else None
    if oldest is None or not found.driver:
        return False
    return _numbers(found.driver) < _numbers(oldest)


def goes_with(found: str, built_for: str) -> bool:
    """Whether the cuDNN `found` runs what was built for another one: the same major version, not older in its minor one."""
    if not built_for:
        return True
    has, wants = _numbers(found), _numbers(built_for)
    return has[0] == wants[0] and has[1:2] >= wants[1:2]


def _cudnn_package(framework: Framework) -> str:
    return next((version for name, version in framework.packages.items() if name.startswith("nvidia-cudnn")), "")


def _apple(framework: Framework | None, at: Platform) -> str:
    if at.processor != "arm64":
        said = _("This Mac has an Intel processor: TensorFlow {last} is the last one for it, and its models are taken.")
        return said.format(last=".".join(map(str, _LAST_OF_INTEL_MACS)))
    if framework is not None and "tensorflow-metal" in framework.packages:
        return _("Apple silicon, with tensorflow-metal, which sees no GPU with this TensorFlow. The CPU is enough.")
    return _("Apple silicon: its CPU is enough, and often faster than its GPU for models as small as the exam's.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal()) or (0,)


def _output(*command: str) -> str:
    try:
        done = subprocess.run([*command], capture_output=True, text=True, errors="replace", timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"NVIDIA-SMI has failed: {error}"
    return done.stdout + done.stderr
