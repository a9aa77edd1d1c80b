"""What a program settles for itself, and the check of identity that an attempt was opened under."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exams", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="identity_check",
            field=models.CharField(
                choices=[("none", "none"), ("provider", "provider"), ("reviewed", "reviewed")],
                default="none",
                max_length=8,
                verbose_name="check of identity",
            ),
        ),
        migrations.AddField(
            model_name="program",
            name="policy_document",
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name="policy"),
        ),
    ]
