"""What owners are told of an outage of grading: once when it is noticed, and once when it is over."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, override

from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.roles import owners
from guildmark_portal.exams.models import Outage
from guildmark_portal.mail import services as mail


def tell_owners(outage: Outage) -> None:
    """Write to every owner, within the transaction that writes the outage or its end down."""
    for owner in owners():
        _tell(owner, outage)


def _tell(owner: User, outage: Outage) -> None:
    language = owner.language or get_language()
    with override(language):
        context = {
            "name": owner.name,
            "began": date_format(localtime(outage.began_at), "DATETIME_FORMAT"),
            "ended": "" if outage.ended_at is None else date_format(localtime(outage.ended_at), "DATETIME_FORMAT"),
            "url": f"{settings.PORTAL_URL}/desk/outages/",
        }
    state = "began" if outage.ended_at is None else "over"
    mail.send(
        to=owner.email,
        key=f"outage.{state}:{outage.pk}:{owner.pk}",
        template=f"engine/outage_{state}",
        language=language,
        context=context,
    )
