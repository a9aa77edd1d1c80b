"""What happens to certificates, their badges and places on the status lists; a certificate in the place of another."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0001_initial"),
        ("exams", "0011_address_of_the_purchase"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificateEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("suspended", "suspended"),
                            ("reinstated", "reinstated"),
                            ("revoked", "revoked"),
                            ("declined", "declined"),
                            ("replaced", "replaced"),
                            ("superseded", "superseded"),
                        ],
                        max_length=10,
                        verbose_name="what happened",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("happened_at", models.DateTimeField(verbose_name="happened at")),
                ("actor", models.CharField(max_length=200, verbose_name="by")),
            ],
            options={
                "verbose_name": "event of a certificate",
                "verbose_name_plural": "events of certificates",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="NameChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "form",
                    models.CharField(
                        choices=[("own", "own script"), ("latin", "Latin letters"), ("both", "both")],
                        max_length=5,
                        verbose_name="form of the name",
                    ),
                ),
                ("chosen_at", models.DateTimeField(verbose_name="chosen at")),
            ],
            options={
                "verbose_name": "form of the name",
                "verbose_name_plural": "forms of the name",
            },
        ),
        migrations.CreateModel(
            name="StatusList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("revocation", "revocation"), ("suspension", "suspension"), ("refresh", "refresh")],
                        max_length=10,
                        verbose_name="purpose",
                    ),
                ),
                ("credential", models.JSONField(verbose_name="signed list")),
                ("signed_at", models.DateTimeField(verbose_name="signed at")),
                ("known_events", models.PositiveBigIntegerField(default=0, verbose_name="known events")),
            ],
            options={
                "verbose_name": "status list",
                "verbose_name_plural": "status lists",
            },
        ),
        migrations.AlterModelOptions(
            name="certificate",
            options={"ordering": ["-issued_at", "-id"], "verbose_name": "certificate", "verbose_name_plural": "certificates"},
        ),
        migrations.AddField(
            model_name="certificate",
            name="credential",
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name="Open Badge"),
        ),
        migrations.AddField(
            model_name="certificate",
            name="jwt",
            field=models.TextField(blank=True, editable=False, verbose_name="Open Badge as JWT"),
        ),
        migrations.AddField(
            model_name="certificate",
            name="mailed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="mailed at"),
        ),
        migrations.AddField(
            model_name="certificate",
            name="renews",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewal",
                to="credentials.certificate",
                verbose_name="renews",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replacement",
                to="credentials.certificate",
                verbose_name="replaces",
            ),
        ),
        migrations.AddField(
            model_name="certificate",
            name="status_index",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="place on the status list"),
        ),
        migrations.AddField(
            model_name="certificate",
            name="status_list",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="status list"),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="attempt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="exams.attempt",
                verbose_name="attempt",
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["expires_on"], name="certificate_by_expiry"),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces", None)), fields=("attempt",), name="issued_once_an_attempt"
            ),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(fields=("status_list", "status_index"), name="one_place_on_a_status_list"),
        ),
        migrations.AddField(
            model_name="certificateevent",
            name="certificate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="credentials.certificate",
                verbose_name="certificate",
            ),
        ),
        migrations.AddField(
            model_name="namechoice",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="name_choice",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddConstraint(
            model_name="statuslist",
            constraint=models.UniqueConstraint(fields=("number", "purpose"), name="one_status_list_of_each"),
        ),
        migrations.AddConstraint(
            model_name="certificateevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["suspended", "reinstated"]), _negated=True),
                fields=("certificate", "kind"),
                name="happens_once_to_a_certificate",
            ),
        ),
    ]
