"""What of a calibration record still holds, now that files of its form may have changed."""

from guildmark.packs.calibration import CalibrationRecord, Digests
from guildmark.packs.reader import Form, Pack
from guildmark_grader.authoring.digests import form_digests, measuring_digest, script_digest

_SIDES = 4  # of a box, before the scores of its classes


def scripts_of(pack: Pack, form: Form) -> dict[str, str]:
    """The digest of every reference of `form`, by its file."""
    return {reference.solution: script_digest(pack, form, reference) for reference in form.references}


def still_true(pack: Pack, form: Form, record: CalibrationRecord | None) -> CalibrationRecord:
    """`record` without what no longer holds; an empty one if nothing does."""
    digests = form_digests(pack, form)
    measuring = measuring_digest(form)
    if record is not None and record.digests != digests and _is_measured_alike(record, digests, measuring):
        record = record.with_bands(form.task.bands).model_copy(update={"digests": digests})
    if record is None or record.digests != digests:
        fields = {"form": form.task.id, "exam_version": pack.exam.version, "digests": digests, "measuring": measuring}
        return CalibrationRecord.model_validate({**fields, "format": 1, "classes": _classes(form), "versions": {}})
    return of_present_references(pack, form, record).model_copy(update={"measuring": measuring})


def of_present_references(pack: Pack, form: Form, record: CalibrationRecord) -> CalibrationRecord:
    """`record` without what it says of references that were changed since, or got another role, or are gone."""
    digest_of = scripts_of(pack, form)
    present = {reference.solution: (digest_of[reference.solution], reference.role) for reference in form.references}
    kept = tuple(one for one in record.observations if present.get(one.solution) == (one.script, one.role))
    trained = {(one.solution, one.variant) for one in kept}
    crossed = tuple(one for one in record.crossings if (one.solution, one.trained_on) in trained)
    return record.model_copy(update={"classes": _classes(form), "observations": kept, "crossings": crossed})


def _is_measured_alike(record: CalibrationRecord, now: Digests, measuring: str) -> bool:
    """Whether nothing changed but the bands, so that the metrics that are known still hold."""
    same = (record.digests.data, record.digests.build, record.measuring) == (now.data, now.build, measuring)
    metrics = [(one.metric, one.score) for one in record.observations]
    metrics += [(one.metric, one.score) for one in record.crossings]
    return same and all(metric is not None or score is None for metric, score in metrics)


def _classes(form: Form) -> int:
    """How many classes or labels the answers tell apart; 0 where they are numbers."""
    last = form.task.output.shape[-1] if form.task.output.shape else 1
    told_apart = {"accuracy": max(last, 2), "macro_f1": last, "mean_average_precision": last - _SIDES}
    return told_apart.get(form.task.metric.name, 0)
