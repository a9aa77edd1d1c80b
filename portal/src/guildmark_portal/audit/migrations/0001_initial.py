from django.db import migrations, models

from guildmark_portal.audit.triggers import guard, unguard


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True, verbose_name="when")),
                ("actor", models.CharField(max_length=200, verbose_name="who")),
                ("action", models.CharField(db_index=True, max_length=100, verbose_name="what")),
                ("subject", models.CharField(db_index=True, max_length=200, verbose_name="of what")),
                ("detail", models.JSONField(default=dict, verbose_name="detail")),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
                "db_table": "audit_entry",
                "ordering": ["-id"],
            },
        ),
        migrations.RunPython(guard, unguard),
        # From here on Django leaves the table alone.
        migrations.AlterModelOptions(
            name="entry",
            options={
                "managed": False,
                "ordering": ["-id"],
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit entries",
            },
        ),
    ]
