"""A credit adds time, and says why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0003_remembered_failures"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(condition=models.Q(("seconds__gt", 0)), name="a_credit_adds_time"),
        ),
        migrations.AddConstraint(
            model_name="credit",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="a_credit_says_why"),
        ),
    ]
