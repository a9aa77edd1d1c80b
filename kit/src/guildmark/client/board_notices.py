"""What a board says without being asked: the connection, what waits or was refused, an outage, that the end is near."""

from collections.abc import Iterator

from guildmark.client.facts import Facts, NotTaken
from guildmark.client.notices import Level, Notice
from guildmark.client.time_left import CAUTION_S, MINUTE_S, URGENT_S, Clock
from guildmark.errors import GuildmarkError, OurFault, ServerUnreachable, SignInRequired
from guildmark.i18n import _, plural
from guildmark.protocol import Problem

_TIME_NOTICES_S = (5 * MINUTE_S, URGENT_S, 30 * MINUTE_S, CAUTION_S)
"""Below how much time left something is said, the nearest to the end first."""
_OF_THE_CONNECTION = (ServerUnreachable().code, SignInRequired().code)
"""What a notice of its own tells."""


def notices_of(facts: Facts, clock: Clock) -> Iterator[Notice]:
    """The notices of the whole exam."""
    if facts.offline_since is not None:
        yield _unheard(facts.problem)
    if not facts.signed_in:
        text = _("You are not signed in any more. Sign in again to go on; nothing is lost.")
        yield Notice(level=Level.URGENT, code="sign_in", text=text)
    yield from _of_refused(facts)
    if clock.stands_still:
        yield Notice(level=Level.CAUTION, code="outage", text=_("Something of ours does not work. Your time stands still."))
    if clock.is_running and facts.state is not None and facts.state.break_until is not None:
        yield Notice(level=Level.INFO, code="break", text=_("You are on a break; its minutes were added to your time."))
    yield from _of_waiting(facts)
    yield from _of_time(clock, is_heard=facts.problem is None and facts.offline_since is None)


def of_refused(refused: NotTaken) -> Notice:
    """The notice in a category that a file which waited was not taken."""
    text = _("{name} waited here and was not taken, so it does not count: {reason}")
    return Notice(
        level=Level.URGENT,
        code="refused",
        text=text.format(name=refused.name, reason=refused.problem.message),
        next_step=refused.problem.next_step,
    )


def _unheard(problem: GuildmarkError | None) -> Notice:
    """Why nothing is heard. What is the connection's is told alike, whatever it was; the rest in its own words."""
    if problem is None or isinstance(problem, ServerUnreachable):
        return Notice(
            level=Level.URGENT,
            code="offline",
            text=_("The portal does not answer. Nothing is lost: what you submit here is kept, and goes on its way later."),
            next_step=_("Check your connection. What is submitted counts from the moment that the portal answers."),
        )
    if isinstance(problem, OurFault):
        kept = _("Nothing is lost: what you submit here is kept, and goes on its way later.")
        return Notice(level=Level.URGENT, code=problem.code, text=f"{problem.message} {kept}")
    return Notice(level=Level.URGENT, code=problem.code, text=problem.message, next_step=problem.next_step)


def _of_refused(facts: Facts) -> Iterator[Notice]:
    refused = sum(len(one.refused) for one in facts.local.values())
    if refused:
        text = plural(
            "{count} file was not taken and does not count. Its category says why.",
            "{count} files were not taken and do not count. Their categories say why.",
            refused,
        )
        yield Notice(level=Level.URGENT, code="refused", text=text.format(count=refused))


def _of_waiting(facts: Facts) -> Iterator[Notice]:
    resting = sum(one.resting for one in facts.local.values())
    if resting:
        problem = next((one.problem for one in facts.local.values() if one.problem is not None), None)
        yield Notice(
            level=Level.URGENT,
            code="waiting",
            text=plural("{count} file waits to be sent.", "{count} files wait to be sent.", resting).format(count=resting),
            next_step=_why_it_waits(problem),
        )


def _why_it_waits(problem: Problem | None) -> str:
    if problem is None or problem.code in _OF_THE_CONNECTION:
        return _("What waits is sent when the portal answers, and counts from then on.")
    return _("{reason} It is tried again by itself, and counts from when the portal takes it.").format(reason=problem.message)


def _of_time(clock: Clock, *, is_heard: bool) -> Iterator[Notice]:
    """How little time is left. Of a portal that is heard, the end of the time is left to it to say."""
    if not clock.is_running or clock.stands_still or clock.time_left_s is None:
        return
    if clock.time_left_s == 0 and not is_heard:
        yield Notice(
            level=Level.URGENT,
            code="time_up",
            text=_("By this machine's clock your time is up. The portal's clock decides."),
            next_step=_("What you submit now counts if the portal still takes it, as after an outage of ours."),
        )
        return
    near = next((limit for limit in _TIME_NOTICES_S if clock.time_left_s < limit), None)
    if near is not None:
        text = _("Less than {minutes} minutes left.").format(minutes=near // MINUTE_S)
        yield Notice(level=clock.level, code=f"time_{near // MINUTE_S}", text=text)
