"""Where sealed bundles arrived whole; programs to rehearse with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0008_outages"),
    ]

    operations = [
        migrations.AlterField(
            model_name="program",
            name="kind",
            field=models.CharField(
                choices=[("demo", "demo"), ("mock", "mock"), ("live", "live"), ("rehearsal", "rehearsal")],
                max_length=9,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "by",
                    models.CharField(
                        choices=[("browser", "browser"), ("terminal", "terminal")], max_length=8, verbose_name="delivered to"
                    ),
                ),
                ("delivered_at", models.DateTimeField(verbose_name="delivered at")),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="exams.attempt",
                        verbose_name="attempt",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["delivered_at", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("attempt", "sha256", "by"), name="a_delivery_is_noted_once"),
                ],
            },
        ),
    ]
