"""The dashboard in a browser is for whoever came by a link of ours, once; for no page of somebody else, and no other user."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

web = pytest.importorskip("aiohttp.web")
from aiohttp.test_utils import TestClient, TestServer  # noqa: E402  # needs what was just asked for

from guildmark.errors import UsageError  # noqa: E402
from guildmark.ui.browser import GuardedServer, own_command, serve  # noqa: E402

HOST = {"Host": "127.0.0.1:8123"}
LINK = "http://127.0.0.1:8123"
PROGRAM = """
import sys
from pathlib import Path
from guildmark.ui.browser import serve
serve(Path(sys.argv[1]), port=None, opens=True, told=lambda link: print(link, flush=True))
"""


@pytest.fixture
def entered():
    return []


@pytest.fixture
def server(entered):
    return GuardedServer("true", port=8123, entered=lambda: entered.append(True))


@pytest.fixture
async def client(server):
    async with TestClient(TestServer(await server.application())) as opened:
        yield opened


async def let_in(client, server):
    """The path that a link leads to."""
    answer = await client.get(server.link().removeprefix(LINK), headers=HOST)
    assert answer.status == 200
    return re.search(r'location\.replace\("([^"]+)"\)', await answer.text())[1]


async def test_a_link_leads_to_the_dashboard_and_names_no_cookie(client, server, entered):
    place = await let_in(client, server)
    shown = await client.get(place, headers=HOST)
    assert (shown.status, entered, list(client.session.cookie_jar)) == (200, [True], [])
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert f'data-session-websocket-url="ws://127.0.0.1:8123{place}ws"' in await shown.text()
    assert (await client.get(f"{place}static/js/textual.js", headers=HOST)).status == 200


async def test_its_page_fetches_nothing_from_elsewhere(client, server):
    shown = await client.get(await let_in(client, server), headers=HOST)
    assert "https://" in await shown.text()  # the font that the page would ask a foreign host for
    allowed = re.findall(r"https?:|\*", shown.headers["Content-Security-Policy"])
    assert (allowed, shown.headers["Content-Security-Policy"].split(";")[0]) == ([], "default-src 'self' 'unsafe-inline'")


async def test_a_link_is_good_for_one_use(client, server, entered):
    link = server.link().removeprefix(LINK)
    tried = [(await client.get(link, headers=HOST)).status for _time in range(2)]
    assert (tried, entered) == ([200, 403], [True])
    assert (await client.get(server.link().removeprefix(LINK), headers=HOST)).status == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", HOST),
        ("/?ticket=guess", HOST),
        ("/ws", HOST),
        ("/static/js/textual.js", HOST),
        ("/guess/ws", HOST),
        ("{place}", {"Host": "exam.example.org:8123"}),
        ("{place}ws", {**HOST, "Origin": "https://elsewhere.example"}),
        ("{place}ws", {**HOST, "Origin": "http://127.0.0.1:9999"}),
    ],
)
async def test_without_a_link_or_from_another_page_nothing_is_shown(client, server, path, headers):
    place = await let_in(client, server)
    assert (await client.get(path.format(place=place), headers=headers)).status == 403


@pytest.mark.skipif(os.name == "nt", reason="the shell of the other systems")
@pytest.mark.parametrize(
    "name", ["exam", "ex$(touch INJECTED)am", "ex`touch INJECTED`am", 'the "exam"; touch INJECTED', "it's"]
)
def test_no_name_of_a_folder_is_a_command(tmp_path, name):
    folder = tmp_path / name
    line = f"printf '%s\\n' {own_command(folder)}"
    shown = subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-4:] == ["guildmark.cli", "ui", "--folder", str(folder)]
    assert list(tmp_path.iterdir()) == []


def test_a_port_of_somebody_else_is_a_clear_error_and_opens_nothing(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="cannot be used"):
            serve(tmp_path, port=other.getsockname()[1], opens=True, told=pytest.fail)


@pytest.mark.skipif(os.name == "nt", reason="a browser that is a script")
def test_the_browser_is_started_with_a_file_that_leads_there_once_and_goes(tmp_path):
    """The stand-in notes what it was started with, follows the page at once, and so finds whether the port is ours by then."""
    (tmp_path / ".guildmark").mkdir()
    stand_in = tmp_path / "browser"
    stand_in.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/argv.part\nmv {tmp_path}/argv.part {tmp_path}/argv\n')
    stand_in.chmod(0o755)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "BROWSER": str(stand_in)}) as running:
        try:
            printed = running.stdout.readline().strip()
            arguments = read_soon(tmp_path / "argv")
            assert "ticket" not in arguments
            door = Path(arguments.strip().removeprefix("file://"))
            assert stat.S_IMODE(door.stat().st_mode) == 0o600
            link = re.search(r'location\.replace\("([^"]+)"\)', door.read_text())[1]
            assert link != printed
            assert httpx.get(link).status_code == 200
            assert (running.stdout.readline().startswith("http://127.0.0.1"), door.exists()) == (True, False)
        finally:
            running.send_signal(signal.SIGINT)
    assert running.returncode == 0


def read_soon(path):
    for _turn in range(300):
        if path.exists():
            return path.read_text()
        time.sleep(0.1)
    raise AssertionError(path)
