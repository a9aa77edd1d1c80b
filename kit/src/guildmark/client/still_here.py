"""Why a file that was handed in is here still, in words, and which refusals are for good.

For good is what the portal says of the file or of the attempt itself: it would say the same again. Everything else may pass, a
wrong account, a full disk of the portal's, an upload that another device took the place of: the file waits and is tried again.
"""

from guildmark.client.drafts import Draft
from guildmark.client.locks import Holder
from guildmark.client.outbox import Waiting
from guildmark.errors import (
    AttemptClosed,
    GuildmarkError,
    KeptInOutbox,
    ModelRefused,
    Refused,
    ServerUnreachable,
    SignInRequired,
    StillWaiting,
    UsageError,
)
from guildmark.i18n import _
from guildmark.protocol import Problem

_FOR_GOOD = ("unknown_category", "copy_damaged", "superseded")
_OF_THE_CATEGORY = ("upload_elsewhere", "upload_busy", "not_found", "protocol_version")


def is_for_good(error: GuildmarkError) -> bool:
    """Whether the portal would say the same again, however often it is asked."""
    return isinstance(error, AttemptClosed | ModelRefused) or error.code in _FOR_GOOD


def holds_up(error: GuildmarkError) -> bool:
    """Whether what waits behind a file in its category would fare no better than this one did.

    What a disk does not let us write or read is of that one file: to send another takes no disk.
    """
    return not isinstance(error, Refused | UsageError) or error.code in _OF_THE_CATEGORY


def problem_of(error: GuildmarkError) -> Problem:
    """`error` as it is kept beside a file."""
    return Problem(code=error.code, message=error.message, next_step=error.next_step)


def refusal_of(problem: Problem) -> Refused:
    """What a portal that refused a file said then, to be raised again."""
    kind = AttemptClosed if problem.code == AttemptClosed().code else ModelRefused
    return kind(problem.message, next_step=problem.next_step, code=problem.code)


def superseded() -> ModelRefused:
    """What becomes of a file that waits where the last one counts, once a newer one was received."""
    return ModelRefused(
        _("Something newer was handed in in this category and received, and the last one counts."),
        next_step=_("Submit the file again if it is the one that should count."),
        code="superseded",
    )


def kept_here(name: str, server: str, why: GuildmarkError, *, is_under_way: bool) -> KeptInOutbox | SignInRequired:
    """What to raise when a file that was handed in could not be sent: that it is kept, why, and what comes next."""
    if isinstance(why, SignInRequired):
        said = _("{reason} {name} is kept here and is not submitted yet: it is sent once you have signed in.")
        return SignInRequired(said.format(reason=why.message, name=name), next_step=why.next_step)
    if not isinstance(why, ServerUnreachable):
        said = (
            _("{reason} {name} is kept here, and the rest of it is sent by itself.")
            if is_under_way
            else _("{reason} {name} is kept here and is not submitted yet: it is tried again by itself.")
        )
        step = _("Leave a tool of this exam open: it tries again by itself, as every command does.")
        return KeptInOutbox(said.format(reason=why.message, name=name), next_step=step)
    if is_under_way:
        said = _(
            "{server} stopped answering while {name} was being sent. The file is kept here, and the rest of it goes on its "
            "way when the portal answers: it counts if it arrives soon enough."
        )
    else:
        said = _(
            "{server} did not answer. {name} is kept here and is not submitted yet: it counts from the moment that the "
            "portal answers, not before."
        )
    return KeptInOutbox(said.format(server=server, name=name))


def behind_another_tool(name: str, holder: Holder | None) -> KeptInOutbox:
    """Another tool holds the lock of the category and does not get on."""
    said = _("Another tool sends a file in this category and does not get on. {name} is kept here, and is not submitted yet.")
    if holder is None:
        return KeptInOutbox(said.format(name=name), next_step=_("Close the other tools of this exam; then it is sent."))
    step = _("It is process {pid} on {host}: let it go on, or end it; then the file is sent.")
    return KeptInOutbox(said.format(name=name), next_step=step.format(pid=holder.pid, host=holder.host))


def still_waiting(items: tuple[Waiting, ...], drafts: tuple[Draft, ...], why: GuildmarkError | None) -> StillWaiting:
    """What to raise where an exam would be finished without files that were handed in, or are being handed in just now."""
    names = (*_names(items), *(f"{one.category}/{one.name}".rstrip("/") for one in drafts))
    said = _("These files are handed in and not sent yet; they would not count: {names}.").format(names=", ".join(names))
    return StillWaiting(said if why is None else f"{said} {why.message}", files=names)


def not_taken(items: tuple[Waiting, ...]) -> StillWaiting:
    """What to raise where files that waited were refused when an exam was about to be finished."""
    said = _("These files were not taken just now, so they do not count: {names}.").format(names=", ".join(_names(items)))
    reasons = dict.fromkeys(one.refused.message for one in items if one.refused is not None)
    step = _("Submit them again as the reason says, or finish without them.")
    return StillWaiting(" ".join([said, *reasons]), next_step=step, files=_names(items))


def _names(items: tuple[Waiting, ...]) -> tuple[str, ...]:
    return tuple(f"{one.category}/{one.path.name}" for one in items)
