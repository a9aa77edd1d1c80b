"""Keys find headlines too, and are found by listing as well as by key."""

from itertools import islice
from typing import Final

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from guildmark_portal.directory.names import keys

_AT_ONCE: Final = 5_000


def find_headlines(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give the headlines that were there before their keys."""
    listings, search_keys = apps.get_model("directory", "Listing"), apps.get_model("directory", "SearchKey")
    shown = listings.objects.exclude(headline="").values_list("pk", "headline").iterator()
    found = (search_keys(listing_id=number, key=key) for number, headline in shown for key in keys(headline))
    while rows := list(islice(found, _AT_ONCE)):
        search_keys.objects.bulk_create(rows, ignore_conflicts=True)  # what a name has already


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_chosen_slugs")]

    operations = [
        migrations.RemoveConstraint(model_name="namekey", name="name_key_once_a_listing"),
        migrations.RenameModel(old_name="NameKey", new_name="SearchKey"),
        migrations.AlterField(
            model_name="searchkey",
            name="listing",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="keys",
                to="directory.listing",
                verbose_name="listing",
            ),
        ),
        migrations.AddIndex(model_name="searchkey", index=models.Index(fields=["key", "listing"], name="search_key_of_word")),
        migrations.AddConstraint(
            model_name="searchkey",
            constraint=models.UniqueConstraint(fields=("listing", "key"), name="search_key_once_a_listing"),
        ),
        migrations.RunPython(find_headlines, migrations.RunPython.noop, elidable=True),
    ]
