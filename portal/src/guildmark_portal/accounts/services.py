"""Writing accounts, beside what allauth does when people sign up."""

from allauth.account.models import EmailAddress
from django.db import transaction

from guildmark_portal.accounts import roles
from guildmark_portal.accounts.first_proof import forget_links
from guildmark_portal.accounts.models import User
from guildmark_portal.audit import services as audit


@transaction.atomic
def rename(*, user: User, name: str) -> bool:
    """Give the account the name that its owner typed, with single spaces; whether it is another one than before.

    Certificates that exist keep the name that they were signed with. The audit entry names nobody: it cannot forget.
    """
    wanted = " ".join(name.split())
    held = User.objects.select_for_update().get(pk=user.pk)
    if held.name == wanted:
        return False
    held.name = wanted
    held.save(update_fields=["name"])
    audit.record(actor=held, action="account.renamed", subject=held)
    return True


@transaction.atomic
def ensure_owner(*, email: str, actor: str) -> bool:
    """Make `email` an owner of the portal; whether anything had to be changed.

    The address counts as proved, because to sign in its owner needs the code that is sent there.
    """
    address = email.strip().lower()
    user = User.objects.filter(email=address).first() or User.objects.create_user(address)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    if not EmailAddress.objects.filter(user=user, verified=True).exists():
        forget_links(user=user)
    EmailAddress.objects.update_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
    return roles.grant(email=address, role=roles.Role.OWNER, actor=actor)
