"""Roles: who has which, giving and taking them back, and the doors that ask for one.

Every role opens what it needs and nothing beyond: an owner who wants to review documents takes the role of a reviewer first,
and the audit table says so. A view is guarded by `role_required`; rules ask `holds`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.i18n import mark
from guildmark_portal import clock
from guildmark_portal.accounts.models import Role, RoleGrant, User
from guildmark_portal.audit import services as audit

__all__ = ["LastOwner", "NoLeave", "Role", "UnknownAccount", "grant", "grants", "holds", "owners", "revoke", "role_required"]

View = Callable[..., HttpResponseBase]


class NoLeave(Refused):
    """Only an owner grants and revokes roles."""

    default_next_step = mark("Ask an owner of this portal.")


class LastOwner(Refused):
    """This is the only owner, and a portal without one could never get another."""

    default_next_step = mark("Make somebody else an owner first.")


class UnknownAccount(Refused):
    """No account that is open has this address."""

    default_next_step = mark("Check the address, or ask the person to create an account first.")


def holds(user: object, *roles: Role) -> bool:
    """Whether somebody has one of the roles. A visitor, and an account that is closed, has none."""
    return isinstance(user, User) and not user.roles.isdisjoint(roles)


def role_required(*roles: Role, readers: tuple[Role, ...] = ()) -> Callable[[View], View]:
    """Open a view to people with one of `roles`, and with GET and HEAD to `readers` too.

    Who is not signed in is sent to sign in, everybody else gets 403, with what to do about it.
    """

    def guarded(view: View) -> View:
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            admitted = (*roles, *readers) if request.method in {"GET", "HEAD"} else roles
            if not holds(request.user, *admitted):
                raise PermissionDenied(_way_in(request.user, admitted))
            return view(request, *args, **kwargs)

        return door

    return guarded


def _way_in(user: object, admitted: tuple[Role, ...]) -> str:
    """What somebody without the role is told; an owner is the one to ask, and takes it first."""
    if not isinstance(user, User) or Role.OWNER not in user.roles:
        return _("This page is for people with another role. Ask an owner of this portal for it.")
    said = _(
        "This page is for people with the role: %(role)s. To be an owner is not enough; as one you can give it to yourself, at"
        " %(page)s or by the command: %(command)s"
    )
    role = next((one for one in admitted if one is not Role.OWNER), Role.AUDITOR)
    command = f"guildmark-portal role grant {user.email} {role.value}"
    return said % {"role": role.label, "page": reverse("account_roles"), "command": command}


def grants() -> list[RoleGrant]:
    """Every role that stands, by role and address."""
    standing = RoleGrant.objects.filter(revoked_at=None, user__is_active=True).select_related("user")
    return sorted(standing, key=lambda found: (Role.values.index(found.role), found.user.email))


def owners() -> list[User]:
    """The owners, by their address."""
    return list(User.objects.filter(is_active=True, grants__role=Role.OWNER, grants__revoked_at=None).order_by("email"))


@transaction.atomic
def grant(*, email: str, role: Role, actor: User | str) -> bool:
    """Give the account of `email` the role; whether it is new to it. `actor` is an owner, or the name of a command.

    Raises `NoLeave` and `UnknownAccount`.
    """
    _require_owner(actor)
    user = _account(email)
    try:
        with transaction.atomic():
            RoleGrant.objects.create(user=user, role=role, granted_by=_name(actor), granted_at=clock.now())
    except IntegrityError:  # it has the role, or somebody else gives it at this very moment
        return False
    audit.record(actor=actor, action="role.granted", subject=user, detail={"role": role.value})
    return True


@transaction.atomic
def revoke(*, email: str, role: Role, actor: User | str) -> bool:
    """Take the role back; whether the account had it. Raises `NoLeave`, `UnknownAccount` and `LastOwner`."""
    _require_owner(actor)
    user = _account(email)
    if role is Role.OWNER:
        require_another_owner(user)
    standing = RoleGrant.objects.filter(user=user, role=role, revoked_at=None)
    if not standing.update(revoked_by=_name(actor), revoked_at=clock.now()):
        return False
    audit.record(actor=actor, action="role.revoked", subject=user, detail={"role": role.value})
    return True


def require_another_owner(user: User) -> None:
    """Refuse if there would be no owner without `user`. The caller holds a transaction, which writes one at a time."""
    found = owners()
    if user in found and len(found) == 1:
        raise LastOwner


def _require_owner(actor: User | str) -> None:
    if isinstance(actor, User):
        actor.refresh_from_db()
        if Role.OWNER not in actor.roles:
            raise NoLeave


def _account(email: str) -> User:
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise UnknownAccount
    return user


def _name(actor: User | str) -> str:
    return actor if isinstance(actor, str) else f"user:{actor.pk}"
