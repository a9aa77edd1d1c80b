"""A look at a model file before it is submitted: the grader's own inspection, then a dry run where one is possible.

The inspection runs in a process of its own, so that no file can hold up or bring down the command.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from guildmark.client.dry_run import DryRun, dry_run
from guildmark.client.files import require_file
from guildmark.client.interpreters import installing
from guildmark.errors import CheckUnavailable
from guildmark.i18n import _
from guildmark.inspection import Finding, Inspection
from guildmark.inspection.apart import inspect_apart
from guildmark.rules.contract import Contract, ModelFormat

_RUN_BY_KERAS = (ModelFormat.KERAS, ModelFormat.H5)
_OF_THE_EXTRA = ("numpy", "h5py")


@dataclass(frozen=True)
class Checked:
    """What was found in `path`: the inspection, and the dry run if there was one."""

    path: Path
    category: str
    inspection: Inspection
    dry_run: DryRun | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that the grader would refuse; empty for a file that may be submitted."""
        return self.inspection.findings + (self.dry_run.findings if self.dry_run else ())

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against submitting the file. It says nothing about the score."""
        return not self.findings


def unavailable() -> CheckUnavailable:
    """What to raise or say where a look needs what is not installed: it names the Python that runs now, not a terminal's."""
    return CheckUnavailable(next_step=_("Run: {command}").format(command=installing("check")))


def check_file(
    path: Path, category: str, contract: Contract, *, exam: Path | None = None, wants_dry_run: Callable[[Inspection], bool]
) -> Checked:
    """Inspect `path` against `contract`; a file that the inspection refuses is never loaded, nor one that is not Keras's.

    `wants_dry_run` decides, from an inspection without findings, whether to run the model too: in the environment of the folder
    `exam`, where it has one. Raises `UsageError` where there is no such file, `CheckUnavailable` where numpy or h5py is
    needed and missing.
    """
    require_file(path)
    try:
        inspection = inspect_apart(path, contract)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _OF_THE_EXTRA:
            raise
        raise unavailable() from error
    can_run = not inspection.findings and inspection.format in _RUN_BY_KERAS
    ran = dry_run(path, contract, exam=exam) if can_run and wants_dry_run(inspection) else None
    return Checked(path, category, inspection, ran)
