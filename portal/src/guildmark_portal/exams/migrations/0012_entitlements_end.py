"""An entitlement has a last day, may be granted to an address, is granted once, and can be taken back."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0011_address_of_the_purchase"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="entitlement",
            name="once",
            field=models.CharField(blank=True, max_length=120, verbose_name="granted once for"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="why it was granted"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="reminded_of",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="reminded so many days before"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="valid_until",
            field=models.DateField(blank=True, null=True, verbose_name="last day"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="void_reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="why it was taken back"),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="voided",
            field=models.CharField(
                blank=True,
                choices=[
                    ("refund", "paid back"),
                    ("dispute", "payment disputed"),
                    ("staff", "taken back by staff"),
                    ("moved", "given to somebody else, or to another exam"),
                ],
                max_length=8,
                verbose_name="taken back because of",
            ),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="voided_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="taken back at"),
        ),
        migrations.AlterField(
            model_name="entitlement",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entitlements",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(condition=models.Q(("user", None)), fields=["email"], name="entitlement_to_be_claimed"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(
                condition=models.Q(("spent_at", None), ("voided_at", None)),
                fields=["valid_until"],
                name="entitlement_that_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("once", ""), _negated=True), fields=("once",), name="an_entitlement_is_granted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("spent_at", None), ("voided_at", None), _connector="OR"), name="spent_or_taken_back"
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("spent_at", None), ("user__isnull", False), _connector="OR"), name="spent_by_somebody"
            ),
        ),
    ]
