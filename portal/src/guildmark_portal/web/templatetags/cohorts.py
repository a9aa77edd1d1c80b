"""The seats that somebody has in cohorts, for their own pages."""

from django import template
from django.template import Context

from guildmark.protocol import AttemptState, AttemptSummary
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.cohorts.accepting import Open, open_to
from guildmark_portal.cohorts.making import taught_by
from guildmark_portal.cohorts.rights import taking_of
from guildmark_portal.cohorts.sitting import SeatShown, seat_of, seats_of, shown
from guildmark_portal.exams.models import Entitlement
from guildmark_portal.exams.queries import attempt_of

register = template.Library()


@register.simple_tag(takes_context=True)
def seat_for(context: Context, state: AttemptState | AttemptSummary) -> SeatShown | None:
    """The seat that the reader's attempt of `state` sits on, before it has begun."""
    return seat_of(attempt_of(user=context["user"], attempt_id=state.id), now=clock.now())


@register.simple_tag
def seat_behind(right: Entitlement | None) -> SeatShown | None:
    """The seat that a right to sit stands for: its window ends at an instant, and not with a day wherever somebody is."""
    taking = None if right is None else taking_of(right)
    return None if taking is None else shown(taking, now=clock.now())


@register.simple_tag(takes_context=True)
def seats_held(context: Context) -> list[SeatShown]:
    """The seats of the reader that can still be begun, or have been."""
    user = context.get("user")
    return seats_of(user, now=clock.now()) if isinstance(user, User) else []


@register.simple_tag(takes_context=True)
def invitations_open(context: Context) -> list[Open]:
    """The invitations to the reader's own addresses that wait to be accepted."""
    user = context.get("user")
    return open_to(user, now=clock.now()) if isinstance(user, User) else []


@register.simple_tag(takes_context=True)
def teaches_a_cohort(context: Context) -> bool:
    """Whether the reader is the teacher of one."""
    user = context.get("user")
    return isinstance(user, User) and bool(taught_by(user))
