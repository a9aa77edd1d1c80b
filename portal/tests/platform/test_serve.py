"""`guildmark-portal serve`: one process, one child, and neither ever outlives what it should."""

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from portal.tests.platform.conftest import ServedPortal

from guildmark_portal.cli.listening import dead_links, effective_url, listen

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()"]
pytestmark = [pytest.mark.timeout(120), pytest.mark.commands]


def until(condition, timeout_s=20):
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that has died and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_grader_gets_its_socket_banks_and_slots(served):
    until(served.grader_pids)
    arguments = (served.data / "grader.pids").read_text().split()[1:]
    assert arguments == [
        *("serve", "--socket", arguments[2]),
        *("--banks", str(served.data / "banks")),
        *("--slots", "1"),
    ]
    assert len(arguments[2]) < 100


def test_a_killed_grader_is_started_again(served):
    first = until(served.grader_pids)[0]
    os.kill(first, signal.SIGKILL)
    pids = until(lambda: len(served.grader_pids()) == 2 and served.grader_pids())
    assert (alive(first), alive(pids[1])) == (False, True)
    assert httpx.get(f"{served.url}/accounts/login/").status_code == 200
    assert "The grading service ended (status -9)" in served.errors()


def test_the_grader_dies_with_a_portal_that_is_killed(served):
    pid = until(served.grader_pids)[0]
    served.process.kill()
    served.process.wait()
    until(lambda: not alive(pid), 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_within_seconds(number, served):
    pid = until(served.grader_pids)[0]
    began = time.monotonic()
    served.process.send_signal(number)
    assert served.process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert not alive(pid)
    assert served.errors() == ""


def test_a_request_that_never_ends_does_not_hold_up_the_stop(served):
    host, port = served.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)))) as half_sent:
        half_sent.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nlogin=")
        time.sleep(0.5)
        began = time.monotonic()
        served.process.terminate()
        assert served.process.wait(15) == 0
        assert time.monotonic() - began < 10


def test_a_second_portal_on_the_same_data_is_refused(served):
    answer = subprocess.run(
        [*PORTAL, "serve", "--data", str(served.data), "--port", "0"],
        env=served.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert f"Process {served.process.pid} already serves {served.data}." in answer.stderr


def test_a_taken_port_is_said_with_the_next_step(initialised, portal_env):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [*PORTAL, "serve", "--data", str(initialised), "--port", str(port)],
            env=portal_env,
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        f"Cannot listen on 127.0.0.1:{port}: Address already in use.",
        f"Stop what uses it, or choose another: guildmark-portal serve --port {port + 1}",
    ]


def refused(data: Path, env: dict[str, str], *arguments: str) -> list[str]:
    answer = subprocess.run(
        [*PORTAL, "serve", "--data", str(data), *arguments], env=env, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    return answer.stderr.splitlines()


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "not a host"])
def test_an_address_of_another_machine_is_said_to_be_one(host, initialised, portal_env):
    message, next_step = refused(initialised, portal_env, "--host", host)
    assert message == f"Cannot listen on {host}: it is no address of this machine."
    assert "--host 127.0.0.1" in next_step
    assert "--port" not in next_step


@pytest.mark.parametrize(
    ("url", "host", "asked", "listens", "said"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", None, 8000, ""),
        ("http://127.0.0.1:8000", "127.0.0.1", 0, 40000, ""),
        ("http://127.0.0.1:8000", "127.0.0.1", 8000, 8000, ""),
        ("http://127.0.0.1:8000", "127.0.0.1", 8001, 8001, "letters that other commands send link to {url}"),
        ("http://127.0.0.1:8000", "0.0.0.0", None, 8000, "which only this machine can open"),  # noqa: S104 - what is warned of
        ("http://exam.example.org:8000", "0.0.0.0", None, 8000, ""),  # noqa: S104
        ("http://exam.example.org:8000", "0.0.0.0", 9000, 9000, "Unless a proxy leads from there to here"),  # noqa: S104
        ("http://exam.example.org", "127.0.0.1", None, 8000, "Unless a proxy leads from there to here"),
        ("https://exam.example.org", "127.0.0.1", None, 8000, ""),
    ],
)
def test_links_that_lead_nowhere_are_warned_of(url, host, asked, listens, said):
    warning = dead_links(url, host, asked=asked, listens=listens)
    assert (said in warning, bool(warning)) == (True, bool(said))


@pytest.mark.parametrize(
    ("url", "host", "said"),
    [
        ("http://localhost:8000", "127.0.0.1", "http://localhost:{port}"),
        ("http://localhost", "localhost", "http://localhost:{port}"),
        ("http://127.0.0.1:8000", "127.0.0.1", "http://127.0.0.1:{port}"),
        ("http://127.0.0.1:8000", "localhost", "http://127.0.0.1:{port}"),
        ("http://127.0.0.1:8000", "0.0.0.0", "http://127.0.0.1:{port}"),  # noqa: S104 - which answers there too
        ("http://[::1]:8000", "127.0.0.1", "http://127.0.0.1:{port}"),
        ("https://exam.example.org", "127.0.0.1", "https://exam.example.org"),
    ],
)
def test_the_server_speaks_of_the_address_that_other_commands_speak_of(url, host, said):
    with closing(listen(host, 0)) as listener:
        assert effective_url(url, host, listener) == said.format(port=listener.getsockname()[1])


def test_an_answer_is_sent_at_once():
    """Without it the kernel holds back all but the first part of an answer, until the client says that it has that one."""
    sends_at_once = []

    async def answer() -> None:
        met = asyncio.Event()

        async def meet(_reader, writer):
            sends_at_once.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            met.set()

        with closing(listen("127.0.0.1", 0)) as listener:
            async with await asyncio.start_server(meet, sock=listener):
                with closing(socket.create_connection(listener.getsockname())):
                    await met.wait()

    asyncio.run(answer())
    assert sends_at_once == [1]


def test_a_warning_comes_before_the_portal_answers(initialised, portal_env):
    config = initialised / "portal.toml"
    config.write_text(config.read_text().replace("http://127.0.0.1:8000", "http://exam.example.org:8000"))
    portal = ServedPortal(initialised, portal_env)
    try:
        assert f"nobody can open those links: set url in {config}" in portal.errors()
    finally:
        portal.stop()


def test_a_port_that_cannot_be_is_refused(initialised, portal_env):
    message = "--port must be between 0 and 65535. This is: 65536"
    assert refused(initialised, portal_env, "--port", "65536")[0] == message


def test_with_nothing_published_it_serves_and_says_so(served):
    until(lambda: len(served.lines) >= 3)
    assert served.lines == [
        f"Guildmark is ready: {served.url}",
        "No exam is published yet, so nobody can register for one.",
        f"In another terminal run: guildmark-portal publish BANK --kind demo --data {served.data}",
    ]
    assert httpx.get(served.url).status_code == 200


def test_the_graders_ready_is_read_and_not_shown(served):
    first = until(served.grader_pids)[0]
    time.sleep(0.5)
    assert (served.errors(), [line for line in served.lines if line.strip() == "ready"]) == ("", [])
    os.kill(first, signal.SIGKILL)
    until(lambda: "The grading service is ready again." in served.errors())
    assert [line.strip() for line in served.errors().splitlines() if line.strip() == "ready"] == []


def test_a_grader_that_is_not_there_is_said_with_the_next_step(initialised, portal_env, tmp_path):
    bare = tmp_path / "bin" / "python"
    bare.parent.mkdir()
    code = f"import sys; sys.executable = {str(bare)!r}; from guildmark_portal.cli import main; main()"
    env = {name: value for name, value in portal_env.items() if name != "GUILDMARK_GRADER_COMMAND"}
    answer = subprocess.run(
        [sys.executable, "-c", code, "serve", "--data", str(initialised), "--port", "0"],
        env={**env, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("The command guildmark-grader was not found")
    assert "pip install guildmark-grader" in answer.stderr


def test_a_database_of_an_older_version_is_refused(initialised, portal_env):
    with closing(sqlite3.connect(initialised / "db.sqlite3")) as database:
        database.execute("delete from django_migrations where app = 'jobs'")
        database.commit()
    answer = subprocess.run(
        [*PORTAL, "serve", "--data", str(initialised), "--port", "0"],
        env=portal_env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert f"Run: guildmark-portal init --data {initialised}" in answer.stderr


def test_static_files_have_names_that_never_change_their_content(served):
    with httpx.Client(base_url=served.url, follow_redirects=True) as browser:
        browser.post("/accounts/login/", data={})
        page = browser.get("/accounts/login/").text
        for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert re.search(r"\.[0-9a-f]{12}\.", path)
            assert "immutable" in answer.headers["cache-control"]


def test_the_portal_process_never_loads_the_grader_or_tensorflow(initialised, portal_env):
    code = """
import sys
from pathlib import Path
from guildmark_portal.cli.options import use_django
use_django(Path(sys.argv[1]))
import guildmark_portal.asgi, guildmark_portal.urls, guildmark_portal.cli.serve
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & {"tensorflow", "keras", "guildmark_grader", "numpy", "h5py"}))
"""
    answer = subprocess.run(
        [sys.executable, "-c", code, str(initialised)], env=portal_env, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
