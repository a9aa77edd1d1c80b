"""An attempt from registration to finish."""

from collections.abc import AsyncIterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router

from guildmark.errors import BundleDamaged
from guildmark.protocol import (
    AttemptState,
    AttemptSummary,
    Begin,
    Begun,
    BundleOffer,
    Delivered,
    Finish,
    OpenAttempt,
    PinWish,
    Readiness,
)
from guildmark_portal import clock
from guildmark_portal.api.answers import answer, answer_all
from guildmark_portal.api.people import person
from guildmark_portal.attachments import attachment
from guildmark_portal.engine import live
from guildmark_portal.engine.state import attempt_state
from guildmark_portal.exams import queries, services, storage
from guildmark_portal.exams.models import Attempt, Device
from guildmark_portal.exams.registering import note_connection

router = Router(tags=["attempts"])


def _own(request: HttpRequest, attempt: str) -> Attempt:
    return queries.attempt_of(user=person(request), attempt_id=attempt)


@router.get("/attempts", response=list[AttemptSummary], operation_id="list_attempts")
def attempts(request: HttpRequest) -> HttpResponse:
    """Your attempts, the newest first."""
    return answer_all(queries.attempts_of(user=person(request), now=clock.now()))


@router.post("/attempts", response=AttemptState, operation_id="open_attempt")
def open_attempt(request: HttpRequest, wanted: OpenAttempt) -> HttpResponse:
    """Register for an attempt; with one under way, that one is answered."""
    now = clock.now()
    return answer(attempt_state(services.open_attempt(user=person(request), program=wanted.program, now=now), now=now))


@router.get("/attempts/{attempt}", response=AttemptState, operation_id="get_attempt")
def state(request: HttpRequest, attempt: str) -> HttpResponse:
    """Everything about your attempt."""
    return answer(attempt_state(_own(request, attempt), now=clock.now()))


@router.post("/attempts/{attempt}/prepare", response=BundleOffer, operation_id="prepare_attempt")
def prepare(request: HttpRequest, attempt: str) -> HttpResponse:
    """Make the encrypted bundle; it can be downloaded and checked before the clock runs."""
    return answer(services.prepare(attempt=_own(request, attempt), now=clock.now()))


@router.get("/attempts/{attempt}/bundle", response={200: None}, operation_id="get_bundle")
async def bundle(request: HttpRequest, attempt: str) -> StreamingHttpResponse:
    """The encrypted bundle."""
    return attachment(await sync_to_async(_sealed)(request, attempt), name="exam.gmb")


def _sealed(request: HttpRequest, attempt: str) -> Path:
    """The bundle's file."""
    owned = _own(request, attempt)
    if not owned.bundle_sha256:
        raise Http404
    return storage.bundle(owned.pk, owned.bundle_sha256)


@router.post("/attempts/{attempt}/delivered", response=AttemptState, operation_id="note_delivery")
def delivered(request: HttpRequest, attempt: str, word: Delivered | None = None) -> HttpResponse:
    """Note that the encrypted bundle arrived whole, in a browser or a terminal."""
    now, owned = clock.now(), _own(request, attempt)
    if word is None:
        raise BundleDamaged
    services.note_delivery(attempt=owned, sha256=word.sha256, by=Device(word.by), now=now)
    return answer(attempt_state(queries.attempt_with(owned.pk), now=now))


@router.post("/attempts/{attempt}/begin", response=Begun, operation_id="begin_attempt")
def begin(request: HttpRequest, attempt: str, wanted: Begin | None = None) -> HttpResponse:
    """Start the clock, once, and get the bundle's key; while it runs, the same answer again."""
    owned = _own(request, attempt)
    note_connection(owned, request.headers)
    return answer(
        services.begin(attempt=owned, bundle_sha256=None if wanted is None else wanted.bundle_sha256, now=clock.now())
    )


@router.get("/attempts/{attempt}/readiness", response=Readiness, operation_id="get_readiness")
def readiness(request: HttpRequest, attempt: str) -> HttpResponse:
    """What finishing now would mean."""
    return answer(queries.readiness(_own(request, attempt), now=clock.now()))


@router.put("/attempts/{attempt}/categories/{category}/pin", response=AttemptState, operation_id="pin_submission")
def pin(request: HttpRequest, attempt: str, category: str, wanted: PinWish | None = None) -> HttpResponse:
    """Let one of your submissions count in a category, whatever else you submit; none leaves it to the exam's rule again."""
    now, owned = clock.now(), _own(request, attempt)
    chosen = None
    if wanted is not None and wanted.submission is not None:
        chosen = queries.submission_of(user=person(request), submission_id=wanted.submission)
    services.pin(attempt=owned, category=category, submission=chosen, now=now)
    return answer(attempt_state(queries.attempt_with(owned.pk), now=now))


@router.post("/attempts/{attempt}/break", response=AttemptState, operation_id="take_break")
def take_break(request: HttpRequest, attempt: str) -> HttpResponse:
    """Take one of the breaks that were granted to you: its minutes are added, and the clock runs on."""
    now, owned = clock.now(), _own(request, attempt)
    services.take_break(attempt=owned, now=now)
    return answer(attempt_state(queries.attempt_with(owned.pk), now=now))


@router.post("/attempts/{attempt}/finish", response=AttemptState, operation_id="finish_attempt")
def finish(request: HttpRequest, attempt: str, wanted: Finish | None = None) -> HttpResponse:
    """End the attempt before its time."""
    now = clock.now()
    return answer(
        attempt_state(
            services.finish(attempt=_own(request, attempt), confirm=bool(wanted and wanted.confirm), now=now), now=now
        )
    )


@router.get("/attempts/{attempt}/events", response={200: None}, operation_id="follow_attempt")
async def events(request: HttpRequest, attempt: str) -> StreamingHttpResponse:
    """Server-sent events: the attempt's state now, at every change, and when its time is up."""
    owned = await sync_to_async(_own)(request, attempt)

    def current() -> live.Told:
        state = attempt_state(queries.attempt_with(owned.pk), now=clock.now())
        return live.Told.of(state, f"data: {state.model_dump_json()}\n\n")

    stream: AsyncIterator[str] = live.events(owned.pk, current)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
