"""A row of a roster that names nobody any more. That there was one, and its seat, stay."""

from guildmark_portal.cohorts import letters
from guildmark_portal.cohorts.links import digest_of, new_nonce, token_of
from guildmark_portal.cohorts.models import Invitation
from guildmark_portal.mail import services as mail


def blank(invitation: Invitation) -> None:
    """Take address, name and accommodation out of it, and out of its letters; its link is a dead one."""
    mail.withdraw(letters.key_of_invitation(invitation))
    nonce = new_nonce()
    Invitation.objects.filter(pk=invitation.pk).update(
        email="",
        name="",
        language="",
        percent=0,
        breaks=0,
        break_minutes=0,
        nonce=nonce,
        digest=digest_of(token_of(nonce)),
        user=None,
    )
