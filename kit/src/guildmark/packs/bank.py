"""What stands in `bank.json`: an exam version with its forms, their variants by digest, and what their calibrations found."""

from typing import Literal

from guildmark.packs.calibration import FormCalibration
from guildmark.packs.model import ExamSpec, TaskSpec
from guildmark.packs.spec import Spec
from guildmark.protocol import CategoryId, Sha256


class Blob(Spec):
    """An archive of a bank, by digest."""

    sha256: Sha256
    size: int


class VariantEntry(Spec):
    """One variant of a form."""

    public: Blob
    hidden: Blob


class FormEntry(Spec):
    """A form in a bank, with its variants; a variant's number is its place. Older banks say nothing of a calibration."""

    category: CategoryId
    task: TaskSpec
    variants: tuple[VariantEntry, ...]
    calibration: FormCalibration | None = None


class BankManifest(Spec):
    """`bank.json`: everything about an exam version but the data. The bank's digest is the SHA-256 of this file's bytes."""

    format: Literal[1]
    exam: ExamSpec
    pack_sha256: Sha256
    requirements: str
    forms: tuple[FormEntry, ...]

    def form(self, form_id: str) -> FormEntry:
        """The form `form_id`. Raises `KeyError` if the bank has none."""
        for entry in self.forms:
            if entry.task.id == form_id:
                return entry
        raise KeyError(form_id)

    def forms_of(self, category: str) -> tuple[FormEntry, ...]:
        """The forms of a category, in order."""
        return tuple(entry for entry in self.forms if entry.category == category)
