"""A decision keeps what counted, and is revised by a row of its own; what was decided before keeps what counted then."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_what_counted(apps: Any, _editor: Any) -> None:
    """Until now the latest report of a submission counted, and of a category's submissions the best, the earliest first."""
    submissions, reports = apps.get_model("exams", "Submission"), apps.get_model("exams", "Report")
    for decision in apps.get_model("exams", "Decision").objects.order_by("pk"):
        counted: dict[str, dict[str, object]] = {}
        for submission in submissions.objects.filter(attempt=decision.attempt_id).order_by("received_at", "id"):
            latest = reports.objects.filter(submission=submission).order_by("-recorded_at", "-pk").first()
            if latest is None or latest.score is None:
                continue
            best = counted.get(submission.category)
            if best is None or latest.score > best["score"]:
                kept = {"submission": str(submission.pk), "report": latest.pk, "score": latest.score}
                counted[submission.category] = kept
        decision.counted = counted
        decision.save(update_fields=["counted"])


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0004_credits"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="counted",
            field=models.JSONField(default=dict, verbose_name="what counted"),
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("passed", models.BooleanField(verbose_name="passed")),
                ("points", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="points")),
                ("counted", models.JSONField(default=dict, verbose_name="what counted")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="exams.decision",
                        verbose_name="decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "revision",
                "verbose_name_plural": "revisions",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("decision", "number"), name="revisions_are_numbered"),
                ],
            },
        ),
        migrations.RunPython(keep_what_counted, migrations.RunPython.noop),
    ]
