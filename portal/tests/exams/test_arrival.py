"""What counts is when a request arrived, not when a thread or the database got round to it."""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.asgi import get_asgi_application
from portal.tests.conftest import StoppedClock
from portal.tests.exams.conftest import Browser, Sitting

from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.models import Submission, Upload
from guildmark_portal.pieces import KeptPieces

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = b"score 4 " + b"m" * 1000
CSRF_TOKEN = "c" * 32
EXAM_S, GRACE_S, LATE_S = 5 * 3600, 15 * 60, 30


class Served:
    """The portal as a server runs it, on a machine that gets to each request half a minute after it arrived."""

    def __init__(self, clock_of_the_test: StoppedClock, cookie: str) -> None:
        self._django, self._clock, self._cookie = get_asgi_application(), clock_of_the_test, cookie

    def answer(self, method: str, path: str, body: bytes, **headers: str) -> int:
        """The status that a request gets."""
        said: list[Mapping[str, Any]] = []

        async def late(scope: dict[str, Any], receive: Any, send: Any) -> None:
            self._clock.advance(LATE_S)
            await self._django(scope, receive, send)

        async def send(message: Mapping[str, Any]) -> None:
            said.append(message)

        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Mapping[str, Any]:
            return messages.pop() if messages else await asyncio.Future()

        fields = {"host": "testserver", "cookie": self._cookie, "x-csrftoken": CSRF_TOKEN, "tus-resumable": "1.0.0"}
        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in {**fields, **headers}.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": named}
        async_to_sync(KeptPieces(late))(scope, receive, send)
        return int(said[0]["status"])


@pytest.fixture
def served(stopped_clock: StoppedClock, candidate: User, browser: Browser) -> Served:
    session = browser(candidate).cookies[settings.SESSION_COOKIE_NAME].value
    cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF_TOKEN}"
    return Served(stopped_clock, cookies)


def opening(served: Served, running: Sitting) -> int:
    said = {"category": "category1", "filename": "mymodel.keras", "sha256": hashlib.sha256(MODEL).hexdigest()}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    path = f"/api/v1/attempts/{running.id}/uploads"
    return served.answer("POST", path, b"", upload_length=str(len(MODEL)), upload_metadata=metadata)


@pytest.mark.parametrize(("seconds", "status", "opened"), [(-1, 201, 1), (0, 409, 0)])
def test_s8_an_opening_counts_when_it_arrived(
    running: Sitting, served: Served, stopped_clock: StoppedClock, seconds: int, status: int, opened: int
) -> None:
    stopped_clock.advance(EXAM_S + seconds)
    assert (opening(served, running), Upload.objects.count()) == (status, opened)


@pytest.mark.parametrize(("seconds", "status", "accepted"), [(0, 204, 1), (1, 409, 0)])
def test_s8_the_last_byte_counts_when_it_arrived(
    running: Sitting, served: Served, stopped_clock: StoppedClock, seconds: int, status: int, accepted: int
) -> None:
    upload = running.open("category1", MODEL)
    stopped_clock.advance(EXAM_S + GRACE_S + seconds)
    path, stream = f"/api/v1/uploads/{upload.pk}", "application/offset+octet-stream"
    assert served.answer("PATCH", path, MODEL, upload_offset="0", content_type=stream) == status
    assert Submission.objects.count() == accepted
    for submission in Submission.objects.all():
        assert submission.received_at == clock.now() - timedelta(seconds=LATE_S)
