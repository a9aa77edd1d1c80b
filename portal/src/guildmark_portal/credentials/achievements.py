"""What a certificate certifies, as its badge names it (`achievement.id`): a program, and a version of its exam.

Published versions are never removed, so that whatever a signed badge names is found for as long as the portal is there. Of one
that nobody could sit yet, nothing is told.
"""

from guildmark.protocol import ExamKind
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.credentials.renewing import certified_by
from guildmark_portal.exams.models import ExamVersion
from guildmark_portal.exams.stages import is_told


def exams_of(program: str, version: str) -> tuple[ExamVersion, ...]:
    """The exams that earn the achievement, its own first, then the newest; none where there is no such achievement.

    Mostly one. There are several where an exam that renews the program has the same number, or where a bank was published again
    under its number with something changed; one that was only built anew is the same exam.
    """
    if not version.isprintable():
        return ()
    found: dict[str, ExamVersion] = {}
    rows = [row for row in ExamVersion.objects.filter(version=version).select_related("program") if _earns(row, program)]
    for row in sorted(rows, key=lambda row: row.program.slug != program):
        found.setdefault(row.bank.exam.model_dump_json(), row)
    return tuple(found.values())


def live() -> set[tuple[str, str]]:
    """Program and version of every achievement that the certificate of a live exam would name today."""
    versions = ExamVersion.objects.filter(program__kind=ExamKind.LIVE.value).select_related("program")
    rows = filter(is_told, versions)
    return {(program, row.version) for row in rows for program in (row.program.slug, certified_by(row.program))}


def _earns(row: ExamVersion, program: str) -> bool:
    """Whether a pass of the exam certifies the program today, or did so once: no change of an operator takes a page away."""
    if not row.program.exam_kind.certifies:
        return False
    is_today = is_told(row) and program in {row.program.slug, certified_by(row.program)}
    return is_today or Certificate.objects.filter(attempt__exam_version=row, document__program=program).exists()
