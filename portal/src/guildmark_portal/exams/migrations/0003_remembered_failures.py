"""What stays of failed attempts when an account is deleted while a wait runs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0002_program_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="RememberedFailure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=64, verbose_name="digest of the address")),
                ("failed_at", models.DateTimeField(verbose_name="failed at")),
                ("forget_at", models.DateTimeField(verbose_name="forgotten from")),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remembered_failures",
                        to="exams.program",
                        verbose_name="program",
                    ),
                ),
            ],
            options={
                "verbose_name": "remembered failure",
                "verbose_name_plural": "remembered failures",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "program", "failed_at"), name="a_failure_is_remembered_once"),
                    models.CheckConstraint(
                        condition=models.Q(("forget_at__gt", models.F("failed_at"))), name="forgotten_only_after_the_failure"
                    ),
                ],
            },
        ),
    ]
