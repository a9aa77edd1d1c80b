"""What is handed to badge providers."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credentials", "0002_life")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20, verbose_name="provider")),
                ("reference", models.CharField(blank=True, max_length=200, verbose_name="reference")),
                ("consented_at", models.DateTimeField(verbose_name="consented at")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("delivered_at", models.DateTimeField(null=True, verbose_name="delivered at")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                ("retracted_at", models.DateTimeField(null=True, verbose_name="retracted at")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failed attempts")),
                ("fault", models.CharField(blank=True, max_length=20, verbose_name="last error")),
                ("status", models.PositiveSmallIntegerField(default=0, verbose_name="status of the answer")),
                ("dead_at", models.DateTimeField(null=True, verbose_name="given up")),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="credentials.certificate",
                        verbose_name="certificate",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over to the badge provider",
                "verbose_name_plural": "hand-overs to the badge provider",
                "ordering": ["-consented_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("certificate",),
                        name="one_consent_of_a_certificate",
                    )
                ],
            },
        ),
    ]
