"""The dashboard in a browser is for whoever has the link, and for no page of somebody else."""

import pytest

web = pytest.importorskip("aiohttp.web")
from aiohttp.test_utils import TestClient, TestServer  # noqa: E402  # needs what was just asked for

from guildmark.ui.browser import GuardedServer  # noqa: E402

SECRET = "s3cret"
HOST = {"Host": "127.0.0.1:8123"}


@pytest.fixture
async def client():
    application = await GuardedServer("true", port=8123, secret=SECRET)._make_app()
    async with TestClient(TestServer(application)) as opened:
        yield opened


async def test_the_link_shows_the_dashboard_and_leaves_a_cookie_for_the_rest(client):
    first = await client.get("/", params={"secret": SECRET}, headers=HOST)
    assert (first.status, first.cookies["guildmark_dashboard"].value) == (200, SECRET)
    assert first.cookies["guildmark_dashboard"]["samesite"] == "Strict"
    second = await client.get("/", headers={**HOST, "Cookie": f"guildmark_dashboard={SECRET}"})
    assert second.status == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", HOST),
        ("/?secret=guess", HOST),
        ("/ws", HOST),
        ("/static/js/textual.js", HOST),
        (f"/?secret={SECRET}", {"Host": "exam.example.org:8123"}),
        (f"/ws?secret={SECRET}", {**HOST, "Origin": "https://elsewhere.example"}),
        ("/ws", {**HOST, "Origin": "http://127.0.0.1:9999", "Cookie": f"guildmark_dashboard={SECRET}"}),
    ],
)
async def test_without_the_secret_or_from_another_page_nothing_is_shown(client, path, headers):
    assert (await client.get(path, headers=headers)).status == 403
