"""`/exam/UUID/live/`: the page of an attempt as it changes, part by part, as server-sent events.

A page names the parts that live by `data-live` and an id. They hang on groups of facts: the time, the breaks, and of each
category the upload under way and what was submitted. The digests of all groups, in order, are what a page has seen; it says so
when it opens the stream, and the browser says so again, as the last event's id, when it comes back. An event brings the parts
of those groups that differ, rendered from one reading of the state, and of them only those whose HTML this connection was not
sent yet.

Each event is JSON: `phase`; `left`, the seconds left; `stands`, whether the time stands still; `parts`, HTML by id.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from pydantic import BaseModel

from guildmark.protocol import AttemptState, CategoryState
from guildmark.rules.attempt import Phase
from guildmark_portal import clock
from guildmark_portal.engine import live
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries
from guildmark_portal.web.ownership import own_attempt

_OF_THE_TIME: Final = {"deadline": "deadline", "credits": "credits"}
_OF_BREAKS: Final = {"break": "break"}
_OF_AN_UPLOAD: Final = {"open": "upload_open"}
_OF_SUBMISSIONS: Final = {"best": "best", "newest": "newest", "where": "bands", "history": "submissions"}
_DIGEST_BYTES: Final = 6


@dataclass(frozen=True)
class Group:
    """Parts that hang on the same facts, whose digest is `token`: the template of each, by what its id begins with."""

    token: str
    parts: Mapping[str, str]
    category: CategoryState | None = None

    def rendered(self, state: AttemptState) -> dict[str, str]:
        """The HTML of the parts, by id."""
        after = "" if self.category is None else f"-{self.category.id}"
        context = {"state": state, "category": self.category}
        return {
            f"{part}{after}": render_to_string(f"guildmark/{template}.html", context) for part, template in self.parts.items()
        }


def groups(state: AttemptState) -> tuple[Group, ...]:
    """Everything that lives on the page of `state`, in a fixed order."""
    found = [
        Group(_digest(state, "phase", "deadline", "credits", "outage_since"), _OF_THE_TIME),
        Group(_digest(state, "breaks_left", "break_minutes", "break_until"), _OF_BREAKS),
    ]
    for category in state.categories:
        found += [
            Group(_digest(category, "open_upload"), _OF_AN_UPLOAD, category),
            Group(_digest(category, "best_score", "counting", "pinned", "submissions"), _OF_SUBMISSIONS, category),
        ]
    return tuple(found)


def seen(state: AttemptState) -> str:
    """What a page that shows `state` has seen."""
    return ".".join(group.token for group in groups(state))


def _digest(model: BaseModel, *fields: str) -> str:
    facts = model.model_dump_json(include=set(fields)).encode()
    return hashlib.blake2b(facts, digest_size=_DIGEST_BYTES).hexdigest()


class Follower:
    """One open page: what it has seen, in the language of its reader, who `may_listen` as long as they are signed in."""

    def __init__(self, attempt_id: UUID, *, seen: str, language: str, may_listen: Callable[[], bool] = lambda: True) -> None:
        self._attempt_id, self._language, self._may_listen = attempt_id, language, may_listen
        self._seen, self._sent = seen.split("."), dict[str, str]()
        self._phase: Phase | None = None

    def tell(self) -> live.Told:
        """What is new on the page; the first time always something, so that it knows the time and the phase."""
        if not self._may_listen():
            return live.Told("", is_last=True)
        with override(self._language):
            state = attempt_state(queries.attempt_with(self._attempt_id), now=clock.now())
            parts = {} if state.phase is Phase.DECIDED else self._news(state)
        told, self._phase = self._phase is state.phase and not parts, state.phase
        return live.Told.of(state, "" if told else self._event(state, parts))

    def _news(self, state: AttemptState) -> dict[str, str]:
        now = groups(state)
        before = self._seen if len(self._seen) == len(now) else [""] * len(now)
        self._seen = [group.token for group in now]
        fresh: dict[str, str] = {}
        for group, token in zip(now, before, strict=True):
            if group.token != token:
                fresh |= group.rendered(state)
        news = {part: html for part, html in fresh.items() if self._sent.get(part) != html}
        self._sent |= news
        return news

    def _event(self, state: AttemptState, parts: dict[str, str]) -> str:
        stands = state.outage_since is not None
        said = {"phase": state.phase.value, "left": state.time_left_s, "stands": stands, "parts": parts}
        return f"id: {'.'.join(self._seen)}\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"


@login_required
@never_cache
@require_GET
async def follow(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The stream of an own attempt; there is none of anybody else's."""
    attempt = await sync_to_async(own_attempt)(request, attempt_id)
    known = request.headers.get("Last-Event-ID") or request.GET.get("seen", "")
    session = request.session
    follower = Follower(
        attempt.pk,
        seen=known,
        language=get_language() or "en",
        may_listen=lambda: session.exists(session.session_key or ""),
    )
    response = StreamingHttpResponse(live.events(attempt.pk, follower.tell), content_type="text/event-stream")
    response["X-Accel-Buffering"] = "no"
    return response
