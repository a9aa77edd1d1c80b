"""The next open step of somebody who is not here to say which program they register for: letters name it."""

from django.utils.functional import Promise

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import announced
from guildmark_portal.identity import onward
from guildmark_portal.web.profile_steps import progress


def answer_for_letters() -> None:
    """Let letters of identity know; the website stands above them."""
    onward.register(next_step)


def next_step(user: User) -> str | Promise | None:
    """Its title, of the first open program in which there is one; None if nothing is left to do."""
    asking = [program for program in announced() if program.policy.registration.steps]
    programs: list[Program | None] = [*asking] or [None]
    now = clock.now()
    following = (progress(user, program, now=now).following for program in programs)
    return next((row.title for row in following if row is not None), None)
