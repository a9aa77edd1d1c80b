"""Outages that the portal measures itself, what a credit is for and what it moves, and accommodations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.state import StateApps


def name_what_credits_are_for(apps: StateApps, _editor: object) -> None:
    apps.get_model("exams", "Credit").objects.filter(outage__isnull=False).update(kind="outage")
    apps.get_model("exams", "Outage").objects.update(credited_at=models.F("noticed_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0009_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="outage", name="an_outage_is_over_when_declared"),
        migrations.RenameField(model_name="outage", old_name="declared_at", new_name="noticed_at"),
        migrations.AlterField(model_name="outage", name="noticed_at", field=models.DateTimeField(verbose_name="noticed at")),
        migrations.AlterField(
            model_name="outage", name="ended_at", field=models.DateTimeField(blank=True, null=True, verbose_name="ended at")
        ),
        migrations.AddField(
            model_name="outage",
            name="credited_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="credited at"),
        ),
        migrations.AddField(
            model_name="outage",
            name="kind",
            field=models.CharField(
                choices=[("portal", "portal"), ("grading", "grading"), ("declared", "declared")],
                default="declared",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at", None), ("ended_at__gt", models.F("began_at")), _connector="OR"),
                name="an_outage_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "declared"), _negated=True),
                    models.Q(("ended_at__isnull", False), ("noticed_at__gte", models.F("ended_at"))),
                    _connector="OR",
                ),
                name="an_outage_is_over_when_declared",
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("kind",), name="one_open_outage_of_a_kind"
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="kind",
            field=models.CharField(
                choices=[("outage", "outage"), ("accommodation", "accommodation"), ("break", "break"), ("staff", "staff")],
                default="staff",
                max_length=13,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="credit",
            name="extends",
            field=models.CharField(
                choices=[("deadline", "deadline"), ("grace", "grace")],
                default="deadline",
                max_length=8,
                verbose_name="extends",
            ),
        ),
        migrations.RunPython(name_what_credits_are_for, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "outage"), ("outage__isnull", False)),
                    models.Q(models.Q(("kind", "outage"), _negated=True), ("outage", None)),
                    _connector="OR",
                ),
                name="an_outage_credit_names_it",
            ),
        ),
        migrations.CreateModel(
            name="Beat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=20, unique=True, verbose_name="source")),
                ("at", models.DateTimeField(verbose_name="seen at")),
            ],
            options={"verbose_name": "beat", "verbose_name_plural": "beats"},
        ),
        migrations.CreateModel(
            name="Accommodation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("percent", models.PositiveSmallIntegerField(default=0, verbose_name="extra time in percent")),
                ("breaks", models.PositiveSmallIntegerField(default=0, verbose_name="breaks")),
                ("break_minutes", models.PositiveSmallIntegerField(default=0, verbose_name="minutes of a break")),
                ("granted_at", models.DateTimeField(verbose_name="granted at")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                (
                    "program",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accommodations",
                        to="exams.program",
                        verbose_name="program",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accommodations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "accommodation",
                "verbose_name_plural": "accommodations",
                "ordering": ["-granted_at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("break_minutes__lte", 120),
                            ("breaks__lte", 20),
                            ("percent__lte", 200),
                            models.Q(("percent__gt", 0), ("breaks__gt", 0), _connector="OR"),
                        ),
                        name="an_accommodation_grants_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("break_minutes", 0), ("breaks", 0)),
                            models.Q(("break_minutes__gt", 0), ("breaks__gt", 0)),
                            _connector="OR",
                        ),
                        name="breaks_have_a_length",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("revoked_at", None), ("revoked_at__gte", models.F("granted_at")), _connector="OR"),
                        name="an_accommodation_is_revoked_after_the_grant",
                    ),
                ],
            },
        ),
    ]
