"""Roles take the place of flags, groups and permissions: whoever could do everything becomes an owner."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import guildmark_portal.clock

ROLES = [
    ("owner", "owner"),
    ("examiner", "examiner"),
    ("reviewer", "reviewer"),
    ("author", "item author"),
    ("support", "support"),
    ("auditor", "auditor"),
]


def make_owners(apps: Any, _editor: Any) -> None:
    grants = apps.get_model("accounts", "RoleGrant").objects
    for user in apps.get_model("accounts", "User").objects.filter(is_superuser=True):
        grants.create(user=user, role="owner", granted_by="migration", granted_at=guildmark_portal.clock.now())


def make_superusers(apps: Any, _editor: Any) -> None:
    owners = apps.get_model("accounts", "RoleGrant").objects.filter(role="owner", revoked_at=None)
    users = apps.get_model("accounts", "User").objects.filter(pk__in=owners.values("user"))
    users.update(is_superuser=True, is_staff=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=ROLES, max_length=12, verbose_name="role")),
                ("granted_by", models.CharField(max_length=200, verbose_name="granted by")),
                ("granted_at", models.DateTimeField(verbose_name="granted at")),
                ("revoked_by", models.CharField(blank=True, max_length=200, verbose_name="revoked by")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "ordering": ["role", "-granted_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("user", "role"), name="a_role_stands_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", [value for value, _label in ROLES])), name="a_role_that_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", "")),
                            models.Q(("revoked_at__gte", models.F("granted_at")), ("revoked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="revoked_only_after_the_grant",
                    ),
                ],
            },
        ),
        migrations.RunPython(make_owners, make_superusers),
        migrations.RemoveField(model_name="user", name="groups"),
        migrations.RemoveField(model_name="user", name="user_permissions"),
        migrations.RemoveField(model_name="user", name="is_staff"),
        migrations.RemoveField(model_name="user", name="is_superuser"),
    ]
