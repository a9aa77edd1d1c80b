"""The Django application `exams`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    """Programs, exam versions, attempts."""

    name = "guildmark_portal.exams"
    label = "exams"
    verbose_name = _("exams")
