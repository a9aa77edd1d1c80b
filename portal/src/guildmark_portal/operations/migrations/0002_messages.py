"""What is said in a case after it was opened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0005_objections"),
        ("operations", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("added", "added"), ("question", "question"), ("revoked", "revoked")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("said_at", models.DateTimeField(verbose_name="said at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="operations.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "words",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="message",
                        to="identity.sealed",
                        verbose_name="what was written, sealed",
                    ),
                ),
            ],
            options={
                "verbose_name": "message in a case",
                "verbose_name_plural": "messages in cases",
                "ordering": ["said_at", "id"],
            },
        ),
    ]
