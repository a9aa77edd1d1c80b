"""What a certificate certifies, as its badge names it (`achievement.id`): a program, and a version of its exam.

Published versions are never removed, so that whatever a signed badge names is found for as long as the portal is there.
"""

from guildmark_portal.credentials.renewing import certified_by
from guildmark_portal.exams.models import ExamVersion


def exams_of(program: str, version: str) -> tuple[ExamVersion, ...]:
    """The exams that earn the achievement, the newest first; none where there is no such achievement.

    Mostly one. There are several where an exam that renews the program has the same number, or where a bank was published again
    under its number with something changed; one that was only built anew is the same exam.
    """
    found: dict[str, ExamVersion] = {}
    for row in ExamVersion.objects.filter(version=version).select_related("program"):
        if row.program.exam_kind.certifies and program in {row.program.slug, certified_by(row.program)}:
            found.setdefault(row.bank.exam.model_dump_json(), row)
    return tuple(found.values())
