"""Fills a data directory with many passed attempts that have no certificate yet: `python thousand.py BANK COUNT`."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

BEGUN = datetime(2026, 1, 15, 9, tzinfo=UTC)


def fill(bank: Path, count: int) -> None:
    """Publish the bank as a demo, and let `count` people have passed it."""
    from guildmark.protocol import ExamKind
    from guildmark_portal.accounts.models import User
    from guildmark_portal.exams import services
    from guildmark_portal.exams.models import Attempt, Decision, Entitlement, Program

    services.publish(bank, ExamKind.DEMO, "tests")
    program = Program.objects.get(kind="demo")
    people = User.objects.bulk_create(User(email=f"holder{n}@example.org", name=f"Holder {n} 김민준") for n in range(count))
    rights = Entitlement.objects.bulk_create(
        Entitlement(user=user, email=user.email, program=program, source="free", granted_at=BEGUN, spent_at=BEGUN)
        for user in people
    )
    attempts = Attempt.objects.bulk_create(
        Attempt(
            user=right.user,
            program=program,
            exam_version=program.versions.get(),
            entitlement=right,
            opened_at=BEGUN,
            prepared_at=BEGUN,
            started_at=BEGUN,
            finished_at=BEGUN + timedelta(hours=4),
            ended_at=BEGUN + timedelta(hours=4),
        )
        for right in rights
    )
    Decision.objects.bulk_create(
        Decision(
            attempt=attempt,
            decided_at=attempt.finished_at,
            recorded_at=attempt.finished_at,
            counted={},
            points=100,
            passed=True,
        )
        for attempt in attempts
    )


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "guildmark_portal.settings"
    django.setup()
    fill(Path(sys.argv[1]), int(sys.argv[2]))
