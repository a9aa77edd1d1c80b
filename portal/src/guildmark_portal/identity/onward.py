"""What comes after a check that is good: the letter names the next open step, and links to the list of all of them.

Programs and their handbooks stand above this application, so the website answers:

    onward.register(lambda user: …)
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.functional import Promise

from guildmark_portal.accounts.models import User

Title = str | Promise
Answer = Callable[[User], Title | None]
"""The title of the step that somebody takes next; None once every step is done."""

_answers: list[Answer] = []


def register(answer: Answer) -> None:
    """Ask `answer` from now on, and nobody else."""
    _answers[:] = [answer]


def for_letter(user: User) -> dict[str, Any]:
    """What a letter needs to say of it; a title that is lazy takes the letter's language."""
    return {"next_step": next((answer(user) for answer in _answers), None), "next_url": f"{settings.PORTAL_URL}/register/"}
