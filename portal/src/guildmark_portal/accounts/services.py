"""Writing accounts, beside what allauth does when people sign up."""

from allauth.account.models import EmailAddress
from django.db import transaction

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
    """Make `email` an account that may do everything; whether anything had to be changed.

    The address counts as proved, because to sign in its owner needs the code that is sent there.
    """
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is not None and user.is_superuser and user.is_staff and user.is_active:
        return False
    if user is None:
        user = User.objects.create_superuser(address)
    else:
        user.is_superuser = user.is_staff = user.is_active = True
        user.save(update_fields=["is_superuser", "is_staff", "is_active"])
    EmailAddress.objects.update_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
    audit.record(actor=actor, action="account.owner", subject=user)
    return True
