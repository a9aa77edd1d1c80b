"""The bytes of an upload reach the application while they arrive, and whatever ends the connection."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from guildmark_portal import clock
from guildmark_portal.arrival import ARRIVED
from guildmark_portal.bodies import LONGEST_PIECE, BodyLimit
from guildmark_portal.pieces import KeptPieces

START = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)
UPLOAD = "/api/v1/uploads/7c0e"
CUT = object()


class Uploads:
    """An application that keeps the requests it gets, as Django reads them: a body that is cut is dropped."""

    def __init__(self, *, refuses_at=None, takes_s=0.0):
        self.requests, self._refuses_at, self._takes_s = [], refuses_at, takes_s

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        await asyncio.sleep(self._takes_s)
        headers = dict(scope["headers"])
        self.requests.append((int(headers[b"upload-offset"]), int(headers[b"content-length"]), body, scope[ARRIVED]))
        stands = int(headers[b"upload-offset"]) + len(body)
        status = 409 if self._refuses_at is not None and stands > self._refuses_at else 204
        await send({"type": "http.response.start", "status": status, "headers": [(b"upload-offset", str(stands).encode())]})
        await send({"type": "http.response.body", "body": b""})

    @property
    def parts(self):
        return [(offset, body) for offset, length, body, _at in self.requests if length == len(body)]


async def patch(application, pieces, *, offset=b"100", path=UPLOAD, wrap=lambda wrapped: wrapped, **how):
    """What the sender of a PATCH hears. `pieces` are bytes as they arrive, seconds of silence, or `CUT`."""
    said, waiting = [], list(pieces)

    async def receive():
        if waiting and isinstance(waiting[0], float):
            await asyncio.sleep(waiting.pop(0))
        if not waiting or waiting[0] is CUT:
            return {"type": "http.disconnect"}
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message):
        said.append(message)

    length = sum(len(piece) for piece in pieces if isinstance(piece, bytes))
    headers = [(b"host", b"localhost"), (b"upload-offset", offset), (b"content-length", str(length + 5).encode())]
    scope = {"type": "http", "method": "PATCH", "path": path, "headers": headers}
    await wrap(KeptPieces(application, **how))(scope, receive, send)
    return [(message["status"], dict(message["headers"]).get(b"upload-offset")) for message in said if "status" in message]


async def test_a_body_that_comes_at_once_is_one_request():
    uploads = Uploads()
    assert await patch(uploads, [b"abc", b"def"]) == [(204, b"106")]
    assert uploads.parts == [(100, b"abcdef")]


async def test_x9_what_arrived_before_a_cut_is_a_whole_request():
    uploads = Uploads()
    await patch(uploads, [b"abc", b"def", CUT])
    assert uploads.parts == [(100, b"abcdef")]


@pytest.mark.parametrize("pieces", [[CUT], [b"", CUT]])
async def test_a_cut_before_the_first_byte_is_no_request(pieces):
    uploads = Uploads()
    assert await patch(uploads, pieces) == []
    assert uploads.requests == []


async def test_an_empty_body_is_a_request():
    uploads = Uploads()
    assert await patch(uploads, [b""]) == [(204, b"100")]
    assert uploads.parts == [(100, b"")]


async def test_a_long_body_is_handed_on_in_parts_and_answered_once():
    uploads = Uploads()
    assert await patch(uploads, [b"abcd", b"efgh", b"ij"], part_bytes=4) == [(204, b"110")]
    assert uploads.parts == [(100, b"abcd"), (104, b"efgh"), (108, b"ij")]


async def test_x9_bytes_that_come_slowly_are_handed_on_after_a_while():
    uploads = Uploads()
    await patch(uploads, [b"abc", 0.3, b"def", 0.3, b"ghi", CUT], part_s=0.1)
    assert uploads.parts == [(100, b"abc"), (103, b"def"), (106, b"ghi")]


async def test_x9_bytes_that_come_while_a_part_is_put_away_survive_the_cut():
    uploads = Uploads(takes_s=0.2)
    await patch(uploads, [b"abcd", 0.05, b"ef", 0.05, CUT], part_bytes=4)
    assert uploads.parts == [(100, b"abcd"), (104, b"ef")]


async def test_no_more_than_one_part_is_read_ahead():
    taken, uploads = [], Uploads(takes_s=0.1)

    async def receive():
        taken.append(len(uploads.requests))
        return {"type": "http.request", "body": b"abcd", "more_body": len(taken) < 5}

    async def send(_message):
        pass

    scope = {"type": "http", "method": "PATCH", "path": UPLOAD, "headers": [(b"upload-offset", b"0")]}
    await KeptPieces(uploads, part_bytes=4)(scope, receive, send)
    assert taken == [0, 0, 1, 2, 3]
    assert [offset for offset, _body in uploads.parts] == [0, 4, 8, 12, 16]


async def test_a_refused_part_is_the_last_and_is_answered_when_everything_is_said():
    uploads = Uploads(refuses_at=104)
    assert await patch(uploads, [b"abcd", b"efgh", b"ijkl", b"mn"], part_bytes=4) == [(409, b"108")]
    assert uploads.parts == [(100, b"abcd"), (104, b"efgh")]


@pytest.mark.parametrize("offset", [b"", b"-1", b"1e3", "\N{ARABIC-INDIC DIGIT FIVE}".encode(), b"1" * 19])
async def test_an_offset_that_is_none_reaches_the_application_as_it_is(offset):
    seen = []

    async def application(scope, receive, _send):
        seen.append((dict(scope["headers"])[b"upload-offset"], (await receive())["body"]))

    await patch(application, [b"abc", b"def"], offset=offset)
    assert seen == [(offset, b"abc")]


async def test_the_bound_on_a_body_holds_and_what_came_before_it_is_kept():
    uploads = Uploads()
    pieces = [bytes(LONGEST_PIECE), b"x"]
    assert await patch(uploads, pieces, wrap=lambda wrapped: _undeclared(BodyLimit(wrapped, sender_of=_ada))) == [(413, None)]
    assert sum(len(body) for _offset, body in uploads.parts) == LONGEST_PIECE


async def _ada(_scope):
    return "user:1"


def _undeclared(application):
    """`application`, which is not told how long the body will be."""

    async def without_length(scope, receive, send):
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        await application({**scope, "headers": headers}, receive, send)

    return without_length


async def test_s8_each_part_bears_the_instant_at_which_its_last_byte_arrived():
    uploads, passed = Uploads(takes_s=0.05), []

    def ticking():
        passed.append(1)
        return START + timedelta(minutes=len(passed))

    with clock.use(ticking):
        await patch(uploads, [b"abcd", b"ef", b"gh"], part_bytes=4)
    instants = [at for _offset, _length, _body, at in uploads.requests]
    assert instants == sorted(instants)
    assert instants[0] < START + timedelta(minutes=3)
    assert len(set(instants)) == len(instants) == 2


async def test_s8_any_other_request_bears_the_instant_of_its_last_byte_too():
    seen, waiting = [], [b"abc", b"def"]

    async def application(scope, receive, _send):
        seen.append(scope[ARRIVED])
        while (await receive())["more_body"]:
            seen.append(scope[ARRIVED])
        seen.append(scope[ARRIVED])

    async def receive():
        clock_says[0] += timedelta(seconds=1)
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(_message):
        pass

    clock_says = [START]
    with clock.use(lambda: clock_says[0]):
        await KeptPieces(application)({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
    assert seen == [START + timedelta(seconds=seconds) for seconds in range(3)]
