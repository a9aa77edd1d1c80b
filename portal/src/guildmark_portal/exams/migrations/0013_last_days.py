"""What was granted before has a last day from now on: as many months after its grant as its program settles, six by default.

Nobody loses a right by the update: none ends before thirty days from now, so that every reminder is still written.
"""

from datetime import timedelta
from typing import Any

from django.db import migrations

from guildmark.rules.validity import months_after
from guildmark_portal import clock

_AT_LEAST = timedelta(days=31)


def give_last_days(apps: Any, _editor: Any) -> None:
    """To every right that was not spent; those to demonstrations and mock exams last for ever, unless settled otherwise."""
    soonest = clock.now().date() + _AT_LEAST
    rights = apps.get_model("exams", "Entitlement").objects.filter(spent_at=None, valid_until=None)
    for right in rights.select_related("program").iterator():
        months = right.program.policy_document.get("entitlement_months", 6 if right.program.kind == "live" else None)
        if months is not None:
            right.valid_until = max(months_after(right.granted_at.date(), months), soonest)
            right.save(update_fields=["valid_until"])


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0012_entitlements_end"),
    ]

    operations = [
        migrations.RunPython(give_last_days, migrations.RunPython.noop),
    ]
