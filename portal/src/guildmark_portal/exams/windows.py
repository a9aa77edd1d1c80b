"""The window that a program settles, before attempts: until when somebody registers, from when and until when they begin.

An attempt may be begun in the window that it was opened under, or in the one that is settled now: who registered loses nothing
by a window that is narrowed, and gains by one that is widened. The close of registration keeps people from getting a right to
sit, and nobody who has one, paid or with a seat, from sitting. A pilot has no window: it comes before.
"""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from guildmark.errors import Refused
from guildmark.rules.window import Opening, Window, may_begin
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.conditions import condition_of_getting, condition_of_opening
from guildmark_portal.exams.entitling import usable
from guildmark_portal.exams.models import Attempt, Program
from guildmark_portal.exams.pilots import invitation_of
from guildmark_portal.exams.refusals import WindowClosed


@condition_of_getting
def takes_registrations(user: User, program: Program, now: datetime) -> WindowClosed | None:  # noqa: ARG001 - of anybody
    """Nobody buys, redeems or accepts a right to sit after the close of registration: an invitation to a pilot needs none."""
    window = program.policy.window
    if window.takes_registrations(now=now):
        return None
    at = window.last_registration or now
    return WindowClosed(
        _("Registration for this exam closed on %(instant)s.") % {"instant": said(at)},
        next_step=_("Choose another exam, or look again later: the next time is announced on the page of the program."),
    )


@condition_of_opening
def may_open(user: User, program: Program, now: datetime) -> Refused | None:
    """Nobody registers after the close but for a pilot, or with a right that they hold while an attempt can be begun."""
    closed = takes_registrations(user, program, now)
    if closed is None or invitation_of(user=user, program=program) is not None:
        return None
    if usable(user=user, program=program, now=now) is None:
        return closed
    window = program.policy.window
    return _over((window,), now=now) if window.stands(now=now) is Opening.OVER else None


def refusal_to_begin(attempt: Attempt, *, now: datetime) -> WindowClosed | None:
    """What its window says against beginning at `now`; nothing of an attempt that has begun."""
    windows = attempt.settled.window, attempt.program.policy.window
    if attempt.started_at is not None or attempt.is_pilot or may_begin(windows, now=now):
        return None
    ahead = [window.opens_at for window in windows if window.opens_at and window.stands(now=now) is Opening.EARLY]
    if ahead:
        return WindowClosed(
            _("This exam can be begun from %(instant)s on.") % {"instant": said(min(ahead))},
            next_step=_("Until then nothing is lost: the clock has not started. Rehearse meanwhile."),
        )
    return _over(windows, now=now)


def _over(windows: tuple[Window, ...], *, now: datetime) -> WindowClosed:
    return WindowClosed(
        _("This exam could be begun until %(instant)s.") % {"instant": said(_last_close(windows) or now)},
        next_step=_("The clock has not started. Write to support about what can be done with your right to sit it."),
    )


def _last_close(windows: tuple[Window, ...]) -> datetime | None:
    return max((window.closes_at for window in windows if window.closes_at), default=None)


def require_window(attempt: Attempt, *, now: datetime) -> None:
    """Refuse to begin outside of the window. Raises `WindowClosed` with the instant."""
    refusal = refusal_to_begin(attempt, now=now)
    if refusal is not None:
        raise refusal


def said(at: datetime) -> str:
    """An instant as the reader's language writes it."""
    return date_format(localtime(at), "DATETIME_FORMAT")
