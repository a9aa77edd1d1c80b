"""What was published before stages were kept: the newest version of a program is live, each earlier one retired for the next.

The rows are deleted when the migration is taken back, so that they can be written again.
"""

import json
from typing import Any

from django.db import migrations


def write_stages(apps: Any, _editor: Any) -> None:
    """A version went live when it was published, and was the one that attempts got until the next was."""
    stages = apps.get_model("exams", "ExamStage").objects
    for program in apps.get_model("exams", "Program").objects.all():
        versions = list(program.versions.order_by("published_at", "pk"))
        for version, successor in zip(versions, [*versions[1:], None], strict=True):
            languages = ",".join(sorted(set(json.loads(version.manifest)["exam"]["languages"])))
            common = {"exam_version": version, "program": program, "languages": languages}
            left = None if successor is None else max(version.published_at, successor.published_at)
            live = {"stage": "live", "entered_at": version.published_at, "left_at": left, "actor": version.published_by}
            stages.create(**common, **live)
            if successor is not None:
                retired = {"stage": "retired", "entered_at": left, "actor": successor.published_by, "successor": successor}
                stages.create(**common, **retired)


def forget_stages(apps: Any, _editor: Any) -> None:
    """Every row: what was live is what was published last, once more."""
    apps.get_model("exams", "ExamStage").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0014_stages"),
    ]

    operations = [
        migrations.RunPython(write_stages, forget_stages),
    ]
