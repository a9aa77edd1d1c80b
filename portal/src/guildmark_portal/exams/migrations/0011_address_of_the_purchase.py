"""The address to which a certificate is sent: that of the purchase."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exams", "0010_measured_outages"),
    ]

    operations = [
        migrations.AddField(
            model_name="entitlement",
            name="email",
            field=models.EmailField(blank=True, max_length=254, verbose_name="address at the time"),
        ),
    ]
