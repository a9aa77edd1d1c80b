"""Letters that come back, and what is kept to know them by."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
        ("mail", "0001_refusals"),
    ]

    operations = [
        migrations.AddField(
            model_name="refusal",
            name="told_by",
            field=models.CharField(choices=[("smtp", "Smtp"), ("returned", "Returned")], default="smtp", max_length=8),
        ),
        migrations.AddField(
            model_name="refusal",
            name="status",
            field=models.CharField(blank=True, default="", max_length=11),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="Posted",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.EmailField(max_length=254)),
                ("posted_at", models.DateTimeField(db_index=True)),
                (
                    "job",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="posted", to="jobs.job"),
                ),
            ],
        ),
    ]
