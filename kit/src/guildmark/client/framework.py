"""TensorFlow where the candidate trains: whether it starts, and whether its version is one that the starters run on."""

import subprocess
import tempfile
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from guildmark.client.dry_run import interpreter_with_tensorflow
from guildmark.client.health import Check
from guildmark.client.requirements import tensorflow_in
from guildmark.i18n import _

IMPORT_LIMIT_S = 120.0
OLDEST = (2, 4)
_SCRIPT = Path(__file__).with_name("framework_script.py")


class Framework(BaseModel):
    """TensorFlow as an interpreter has it. `cuda` and `cudnn` are what it was built for; `packages` NVIDIA's and Apple's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    python: str = ""
    is_cuda_build: bool = False
    cuda: str = ""
    cudnn: str = ""
    gpus: tuple[str, ...] = ()
    packages: dict[str, str] = {}

    @property
    def minor(self) -> tuple[int, int]:
        """(2, 21); (0, 0) for a version that is not written so."""
        parts = self.version.split(".")
        return (int(parts[0]), int(parts[1])) if len(parts) > 1 and all(part.isdecimal() for part in parts[:2]) else (0, 0)


def tensorflow_check(
    requirements: str = "", *, python: Path | None = None, limit_s: float = IMPORT_LIMIT_S
) -> tuple[Check, Framework | None, Path | None]:
    """Import TensorFlow in the candidate's own interpreter (or `python`): the line, what it is, and where it is."""
    interpreter = python or interpreter_with_tensorflow()
    if interpreter is None:
        return _none(_("No Python on this machine has TensorFlow.")), None, None
    began = time.monotonic()
    try:
        done = _asked(interpreter, limit_s)
        framework = Framework.model_validate_json(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "")
    except subprocess.TimeoutExpired:
        said = _("TensorFlow did not start within {seconds} seconds in {path}.").format(seconds=int(limit_s), path=interpreter)
        return _none(said), None, None
    except OSError as error:
        return _none(_("{path} does not run: {reason}.").format(path=interpreter, reason=error.strerror)), None, None
    except ValidationError:
        return _none(_("TensorFlow cannot be imported in {path}.").format(path=interpreter)), None, None
    return _judged(framework, interpreter, time.monotonic() - began, tensorflow_in(requirements)), framework, interpreter


def _asked(interpreter: Path, limit_s: float) -> subprocess.CompletedProcess[str]:
    # In an empty folder, and by standard input: no file of ours or the candidate's stands in for a module.
    with tempfile.TemporaryDirectory(prefix="guildmark-") as place:
        return subprocess.run(
            [str(interpreter), "-"],
            input=_SCRIPT.read_text(encoding="utf-8"),
            capture_output=True,
            cwd=place,
            encoding="utf-8",
            errors="replace",
            timeout=limit_s,
            check=False,
        )


def _judged(framework: Framework, interpreter: Path, seconds: float, wanted: str | None) -> Check:
    found = {"version": framework.version, "seconds": round(seconds), "path": interpreter, "wanted": wanted}
    if framework.minor < OLDEST:
        said = _("TensorFlow {version} starts in {seconds} s: {path}. It is older than the starters run on.").format(**found)
        return Check("tensorflow", said, _("Install a newer one: pip install --upgrade tensorflow"))
    if wanted is None or framework.version == wanted:
        return Check("tensorflow", _("TensorFlow {version} starts in {seconds} s: {path}").format(**found))
    words = _("TensorFlow {version} starts in {seconds} s: {path}. The exam was proven with {wanted}; this one does as well.")
    return Check("tensorflow", words.format(**found))


def _none(said: str) -> Check:
    fallback = _(
        "guildmark start makes an environment with it; or train elsewhere, as in a notebook: only the model file counts."
    )
    return Check("tensorflow", said, fallback)
