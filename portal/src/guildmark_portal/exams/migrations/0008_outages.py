"""Outages of ours, and which credit is for which."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0007_regrades"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("began_at", models.DateTimeField(verbose_name="began at")),
                ("ended_at", models.DateTimeField(verbose_name="ended at")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("declared_at", models.DateTimeField(verbose_name="declared at")),
            ],
            options={
                "verbose_name": "outage",
                "verbose_name_plural": "outages",
                "ordering": ["began_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("declared_at__gte", models.F("ended_at")), ("ended_at__gt", models.F("began_at"))),
                        name="an_outage_is_over_when_declared",
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="an_outage_says_why"),
                ],
            },
        ),
        migrations.AddField(
            model_name="credit",
            name="outage",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credits",
                to="exams.outage",
                verbose_name="outage",
            ),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.UniqueConstraint(fields=("attempt", "outage"), name="an_outage_is_credited_once"),
        ),
    ]
