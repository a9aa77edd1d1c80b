"""An edition was one English text; it becomes a text a language. What was acknowledged before was read in English."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_as_english(apps: Any, editor: Any) -> None:
    texts = apps.get_model("handbook", "EditionText")
    editions = apps.get_model("handbook", "Edition").objects.using(editor.connection.alias)
    for edition in editions.all():
        texts.objects.using(editor.connection.alias).create(
            edition=edition, language="en", text=edition.text, changes=edition.changes
        )


def keep_english_alone(apps: Any, editor: Any) -> None:
    texts = apps.get_model("handbook", "EditionText").objects.using(editor.connection.alias)
    for written in texts.filter(language="en").select_related("edition"):
        written.edition.text, written.edition.changes = written.text, written.changes
        written.edition.save(update_fields=["text", "changes"])
    texts.all().delete()


class Migration(migrations.Migration):
    dependencies = [("handbook", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="acknowledgement",
            name="language",
            field=models.CharField(default="en", max_length=10, verbose_name="language"),
        ),
        migrations.CreateModel(
            name="EditionText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("text", models.TextField(verbose_name="text")),
                ("changes", models.JSONField(default=list, verbose_name="changes")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="handbook.edition",
                        verbose_name="edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of an edition",
                "verbose_name_plural": "texts of editions",
                "ordering": ["language"],
            },
        ),
        migrations.AddConstraint(
            model_name="editiontext",
            constraint=models.UniqueConstraint(fields=("edition", "language"), name="edition_text_once_a_language"),
        ),
        migrations.AlterField(
            model_name="edition", name="text", field=models.TextField(default="", verbose_name="text")
        ),  # on the way back the column needs something to hold until it is filled
        migrations.RunPython(keep_as_english, keep_english_alone),
        migrations.RemoveField(model_name="edition", name="text"),
        migrations.RemoveField(model_name="edition", name="changes"),
        migrations.AlterField(
            model_name="edition",
            name="sha256",
            field=models.CharField(max_length=64, verbose_name="digest of the texts"),
        ),
    ]
