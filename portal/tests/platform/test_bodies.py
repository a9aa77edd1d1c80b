"""What a request may send is bounded before it is stored."""

import pytest

from guildmark_portal.bodies import LONGEST_BODY, LONGEST_PIECE, BodyLimit, limit_of


async def answered(method, path, *, pieces, declared=None):
    """The status that a request gets whose body comes in `pieces` (lengths), and how many bytes reached the application."""
    taken, sent, waiting = [], [], list(pieces)

    async def application(_scope, receive, send):
        more = True
        while more:
            message = await receive()
            taken.append(len(message["body"]))
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        body = b"x" * waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    headers = [] if declared is None else [(b"content-length", str(declared).encode())]
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    await BodyLimit(application)(scope, receive, send)
    return sent[0]["status"], sum(taken)


@pytest.mark.parametrize("path", ["/", "/static/nothing", "/api/v1/keys", "/api/v1/attempts"])
async def test_a_body_without_an_announced_length_is_cut_off_at_the_limit(path):
    piece = LONGEST_BODY // 2
    assert await answered("POST", path, pieces=[piece, piece]) == (200, LONGEST_BODY)
    assert await answered("POST", path, pieces=[piece, piece, 1]) == (413, LONGEST_BODY)


async def test_an_announced_length_beyond_the_limit_is_refused_before_any_byte():
    assert await answered("POST", "/", pieces=[10], declared=LONGEST_BODY + 1) == (413, 0)
    assert await answered("POST", "/", pieces=[10], declared=LONGEST_BODY) == (200, 10)


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/identity/photo/", 13), ("/identity/camera/a-token/", 13), ("/identity/document/", 50), ("/identity/", 1)],
)
def test_a_form_takes_as_much_as_its_pictures_need(path, limit):
    assert limit_of({"method": "POST", "path": path}) == limit * 1024 * 1024


async def test_a_piece_of_an_upload_may_be_longer():
    upload = "/api/v1/uploads/7c0e"
    assert await answered("PATCH", upload, pieces=[LONGEST_PIECE]) == (200, LONGEST_PIECE)
    assert await answered("PATCH", upload, pieces=[LONGEST_PIECE, 1]) == (413, LONGEST_PIECE)
    assert await answered("POST", upload, pieces=[LONGEST_BODY, 1]) == (413, LONGEST_BODY)
