"""What forms ask of days and instants: that they lie where somebody can mean them."""

from datetime import date

from django import forms
from django.utils.translation import gettext as _

from guildmark.rules.calendar_days import FIRST_DAY, LAST_DAY, is_in_reach


def in_reach(day: date) -> None:
    """Refuse a day, or an instant, that is a slip of the pen."""
    if not is_in_reach(day):
        said = _("Write a day in the years {first} to {last}.")
        raise forms.ValidationError(said.format(first=FIRST_DAY.year, last=LAST_DAY.year))
