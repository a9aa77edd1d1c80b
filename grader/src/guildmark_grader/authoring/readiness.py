"""What keeps the forms of a pack from a live exam: what its calibration records say, or that there are none."""

from collections.abc import Iterator

from guildmark.errors import PackProblem, PackUnreadable
from guildmark.i18n import _
from guildmark.packs.calibration import FormCalibration, shortfalls
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.digests import form_digests
from guildmark_grader.authoring.records import FOLDER, read_record
from guildmark_grader.authoring.standing import of_present_references


def form_calibration(pack: Pack, form: Form) -> FormCalibration:
    """What a bank says of `form`. Raises `PackUnreadable` if its record is damaged."""
    record = read_record(pack, form)
    known = None if record is None else of_present_references(pack, form, record)
    return FormCalibration(digests=form_digests(pack, form), record=known)


def readiness_notes(pack: Pack) -> tuple[str, ...]:
    """Every reason why a form of `pack`, in which nothing is damaged, could not go live today."""
    return tuple(
        _("Not ready for a live exam: {form}: {shortfall}.").format(form=form.task.id, shortfall=shortfall)
        for form in pack.forms
        for shortfall in shortfalls(form_calibration(pack, form))
    )


def damaged_records(pack: Pack) -> Iterator[PackProblem]:
    """The calibration records that are there, and cannot be read."""
    for form in pack.forms:
        yield from _damaged(pack, form)


def _damaged(pack: Pack, form: Form) -> Iterator[PackProblem]:
    try:
        read_record(pack, form)
    except PackUnreadable as error:
        yield PackProblem(f"{FOLDER}/{form.task.id}.json", None, str(error))
