"""The letter that says that the terms have changed, one to everybody who has agreed to an earlier version."""

from django.conf import settings
from django.urls import reverse

from guildmark_portal.accounts.models import User
from guildmark_portal.mail import rewriting
from guildmark_portal.mail import services as mail
from guildmark_portal.profiles.models import Acceptance, TermsKind, TermsVersion


def announce(version: TermsVersion) -> int:
    """Write the letters, in the transaction that publishes the version: a version is published once, so is its letter written.

    How many they are.
    """
    bound = Acceptance.objects.exclude(terms=version).values("user")
    people = User.objects.filter(pk__in=bound, is_active=True).order_by("pk")
    for user in people:
        _tell(user, version)
    return len(people)


def _tell(user: User, version: TermsVersion) -> None:
    mail.send(
        to=user.email,
        key=f"terms:{version.pk}:{user.pk}",
        template="profiles/new_terms",
        context={
            "name": user.name,
            "is_privacy": version.kind == TermsKind.PRIVACY,
            "organisation": settings.ORGANISATION,
            "url": settings.PORTAL_URL + reverse("web:terms_version", args=[version.slug]),
        },
    )


@rewriting.writer("terms")
def _tell_again(key: str) -> None:
    version, _colon, user = key.partition(":")
    _tell(User.objects.get(pk=user), TermsVersion.objects.get(pk=version))
