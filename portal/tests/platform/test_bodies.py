"""What a request may send is bounded before it is stored: how much, by whom, beside how much else, and how slowly."""

import asyncio
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.handlers.asgi import ASGIHandler
from portal.tests.platform.test_log import signed_in

from guildmark_portal.bodies import (
    LONGEST_BODY,
    LONGEST_FORM_WITH_FILE,
    LONGEST_FORM_WITH_PAPERS,
    LONGEST_PIECE,
    MIB,
    BodyLimit,
    Room,
    limit_of,
)
from guildmark_portal.web.refused_bodies import REFUSED, Reason

UPLOAD, DOCUMENT = "/api/v1/uploads/7c0e", "/identity/document/passport/"


async def ada(_scope):
    return "user:1"


async def a_stranger(_scope):
    return None


class Application:
    """Reads a body whole, as Django does, and says why it got none."""

    def __init__(self):
        self.taken, self.marks, self.lengths = 0, [], []

    async def __call__(self, scope, receive, send):
        self.marks.append(scope.get(REFUSED))
        self.lengths.append(dict(scope["headers"]).get(b"content-length"))
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.taken += len(message["body"])
            more = message["more_body"]
        status = self.marks[-1].value if self.marks[-1] else 200
        await send({"type": "http.response.start", "status": status, "headers": []})


async def answered(method, path, *, pieces, declared=None, announced=(), sender_of=ada, application=None, **how):
    """The status that a request gets whose body comes in `pieces` (lengths), and how many bytes reached the application."""
    sent, waiting, reader = [], list(pieces), application or Application()

    async def receive():
        if not waiting:
            return await asyncio.Future()
        body = b"x" * waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or declared == "more"}

    async def send(message):
        sent.append(message)

    headers = [(b"content-length", str(declared).encode())] if isinstance(declared, int) else []
    headers += [(b"content-type", kind.encode()) for kind in announced]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    await BodyLimit(reader, sender_of=sender_of, **how)(scope, receive, send)
    return sent[0]["status"], reader.taken


@pytest.mark.parametrize(
    "path", ["/", "/static/nothing", "/api/v1/keys", "/api/v1/attempts", DOCUMENT, "/exam/7c0e/1/hand-in/"]
)
async def test_a_body_without_an_announced_length_is_cut_off_at_the_limit_of_a_form(path):
    piece = LONGEST_BODY // 2
    assert await answered("POST", path, pieces=[piece, piece]) == (200, LONGEST_BODY)
    assert await answered("POST", path, pieces=[piece, piece, 1]) == (413, LONGEST_BODY)


@pytest.mark.parametrize("path", ["/", "/api/v1/attempts"])
async def test_an_announced_length_beyond_the_limit_is_refused_before_any_byte(path):
    assert await answered("POST", path, pieces=[10], declared=LONGEST_BODY + 1) == (413, 0)
    assert await answered("POST", path, pieces=[10], declared=LONGEST_BODY) == (200, 10)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/identity/photo/", 13),
        ("/identity/camera/a-token/", 13),
        ("/identity/document/", 50),
        ("/help/new/", 50),
        ("/identity/", 1),
    ],
)
def test_a_form_takes_as_much_as_its_pictures_need(path, limit):
    assert limit_of({"method": "POST", "path": path}) == limit * MIB


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (["application/x-www-form-urlencoded"], 200),
        (["application/x-www-form-urlencoded; charset=UTF-8"], 200),
        (["application/json; charset=utf8"], 200),
        (['multipart/form-data; boundary="x"'], 200),
        (["application/x-www-form-urlencoded; charset=utf-7"], 400),
        (["application/x-www-form-urlencoded; charset=latin-1"], 400),
        (["Multipart/Form-Data; boundary=x; Charset=hex"], 400),
        (["application/x-www-form-urlencoded; x=1", "text/plain; charset=utf-16"], 400),
        (["text/plain; charset*=nothing''x"], 400),
    ],
)
async def test_a_form_is_in_utf8_or_nothing_of_it_is_read(kinds, status):
    reader = Application()
    taken = 10 if status == 200 else 0
    assert await answered("POST", "/", pieces=[10], announced=kinds, application=reader) == (status, taken)
    assert reader.marks == [None if status == 200 else Reason.NOT_UTF8]


async def test_a_piece_of_an_upload_may_be_longer():
    assert await answered("PATCH", UPLOAD, pieces=[LONGEST_PIECE]) == (200, LONGEST_PIECE)
    assert await answered("PATCH", UPLOAD, pieces=[LONGEST_PIECE, 1]) == (413, LONGEST_PIECE)
    assert await answered("POST", UPLOAD, pieces=[LONGEST_BODY, 1]) == (413, LONGEST_BODY)


@pytest.mark.parametrize(("method", "path"), [("POST", DOCUMENT), ("POST", "/exam/7c0e/1/hand-in/"), ("PATCH", UPLOAD)])
async def test_g4_of_a_strangers_file_nothing_is_read_and_the_application_judges_the_request_without_it(method, path):
    reader, length = Application(), LONGEST_BODY + 1
    sent = {"pieces": [length], "declared": length, "application": reader}
    assert await answered(method, path, sender_of=a_stranger, **sent) == (200, 0)
    assert (reader.marks, reader.lengths) == ([None], [b"0"])
    assert await answered(method, path, sender_of=ada, **sent) == (200, length)


async def test_a_stranger_may_send_a_form():
    form = {"pieces": [LONGEST_BODY], "declared": LONGEST_BODY, "sender_of": a_stranger}
    assert await answered("POST", DOCUMENT, **form) == (200, LONGEST_BODY)


async def test_a_large_body_that_finds_no_room_is_refused_before_any_byte_and_room_is_given_back():
    size = 2 * MIB
    room, sent = Room(in_memory=3 * MIB, shares=1), {"pieces": [size], "declared": size}
    reader = Application()
    with room.held("user:2", size):
        assert await answered("POST", DOCUMENT, room=room, application=reader, **sent) == (503, 0)
        assert reader.marks == [Reason.NO_ROOM]
        assert await answered("POST", "/", pieces=[10], room=room) == (200, 10)
    for _again in range(2):
        assert await answered("POST", DOCUMENT, room=room, **sent) == (200, size)


async def test_one_sender_cannot_take_all_the_room():
    size, room = 2 * MIB, Room(in_memory=4 * MIB, shares=2)
    sent = {"pieces": [size], "declared": size, "room": room}
    with room.held("user:1", size):
        assert await answered("POST", DOCUMENT, **sent) == (503, 0)
        assert await answered("PATCH", UPLOAD, **sent) == (503, 0)
    with room.held("user:2", size):
        assert await answered("POST", DOCUMENT, **sent) == (200, size)


@pytest.mark.parametrize("size", [LONGEST_FORM_WITH_PAPERS, LONGEST_FORM_WITH_FILE])
def test_the_longest_forms_fit_into_the_share_of_one_sender(size):
    with Room().held("user:1", size):
        pass


@pytest.mark.parametrize("path", ["/", DOCUMENT])
async def test_a_sender_who_falls_silent_is_cut_off(path):
    silent = {"pieces": [1000], "declared": "more", "first_wait_s": 0.02}
    assert await answered("POST", path, **silent) == (408, 1000)


@pytest.mark.parametrize(("first", "status"), [(8 * 1024, 200), (8, 408)])
async def test_what_has_come_buys_time_for_the_rest(first, status):
    waiting, told = [bytes(first), b"the end"], []

    async def receive():
        if len(waiting) == 1:
            await asyncio.sleep(0.1)
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message):
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    await BodyLimit(Application(), sender_of=ada, first_wait_s=0.02)(scope, receive, send)
    assert told[0]["status"] == status


def grown_mib(portal):
    """What the portal's process has ever had in memory, and has written into files since it began."""
    status = Path(f"/proc/{portal.process.pid}/status").read_text()
    written = Path(f"/proc/{portal.process.pid}/io").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024
    return peak, int(re.search(r"\nwrite_bytes: (\d+)", written)[1]) // MIB


def heard_before_the_body_ends(portal):
    """What a sender hears who has announced 900 MB and sent one of them."""
    address = urlsplit(portal.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000000\r\n\r\n" + bytes(MIB))
        return line.recv(100)


@pytest.mark.timeout(120)
def test_g4_a_strangers_files_reach_neither_memory_nor_disk_and_are_answered_like_a_stranger(served):
    httpx.get(f"{served.url}/accounts/login/")
    before = grown_mib(served)
    big = b"x" * (40 * MIB)
    with httpx.Client(base_url=served.url, timeout=30) as stranger:
        to_papers = stranger.post("/identity/document/", files={"files": big})
        to_exam = stranger.post("/exam/00000000-0000-4000-8000-000000000000/1/hand-in/", files={"model": big})
        to_upload = stranger.patch(UPLOAD, content=big[: 30 * MIB])
        to_page = stranger.post("/accounts/login/", content=big, headers={"accept-language": "ko"})
    assert (to_papers.status_code, to_papers.headers["location"]) == (302, "/accounts/login/?next=/identity/document/")
    assert (to_exam.status_code, to_upload.status_code, to_page.status_code) == (403, 401, 413)
    assert (to_upload.json()["code"], to_page.headers["content-type"]) == ("sign_in_required", "text/html; charset=utf-8")
    assert '<html lang="ko"' in to_page.text
    assert heard_before_the_body_ends(served).startswith(b"HTTP/1.1 413 ")
    with httpx.Client(base_url=served.url, timeout=30, follow_redirects=True) as owner:
        signed_in(served, owner)
        form = {"files": {"photo": big[: 12 * MIB + 1]}, "headers": {"X-CSRFToken": owner.cookies["csrftoken"]}}
        photo = owner.post("/identity/photo/", **form)
        to_upload = owner.patch(UPLOAD, content=big[: 5 * MIB])
    assert ("This is not a JPEG or PNG picture" in photo.text, to_upload.status_code) == (True, 403)
    memory, disk = (after - was for after, was in zip(grown_mib(served), before, strict=True))
    assert (memory < 80, disk < 10) == (True, True), (memory, disk)


async def test_x16_papers_on_their_way_in_are_held_in_memory_and_never_in_a_file():
    async def kept(size):
        waiting = [bytes(size)]

        async def receive():
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}

        with await ASGIHandler.read_body(None, receive) as body:
            return not body._rolled

    assert (await kept(LONGEST_FORM_WITH_PAPERS), await kept(LONGEST_FORM_WITH_PAPERS + 1)) == (True, False)
