"""Uploads through a line that breaks: the real client, a real portal, and a proxy between them that cuts at a given byte.

`make test` tries a part of the places; `make cuts` tries all: 256 at the boundaries of a file and 200 anywhere in it, and a
file of 200 MB over a line that is cut ten times.
"""

import hashlib
import random
import socket
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from demo.portal import Portal, free_port

from guildmark.client.credentials import Credentials, Tokens
from guildmark.client.reaching import http_client
from guildmark.client.transport import Patience, Transport
from guildmark.client.tus import CHUNK_BYTES, Outgoing, Progress, Uploader

from .conftest import Person, sign_up
from .cutter import Cutter

pytestmark = pytest.mark.cuts

KIB = 1024
CHUNK = 48 * KIB
SIZE = 200 * KIB
ENDS = 64 * KIB
PARTS = 8
LARGE = 200 * 1000 * 1000
CUTS = 10
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE = Patience(waits_s=(0.02, 0.1, 0.5, 1, 2))


def drawn(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - places and bytes, the same every time


def at_the_boundaries(count: int) -> list[int]:
    """Places in the first and the last 64 KiB: the first and last bytes, the edges of chunks and those around, and others."""
    edges = [edge + by for edge in range(0, SIZE + 1, CHUNK) for by in (-1, 0, 1)] + [SIZE - 1, SIZE]
    chosen = sorted({place for place in edges if _is_at_an_end(place)})
    others = [place for place in range(SIZE + 1) if _is_at_an_end(place) and place not in chosen]
    return chosen + drawn(256).sample(others, count - len(chosen))


def _is_at_an_end(place: int) -> bool:
    return 0 <= place <= ENDS or SIZE - ENDS <= place <= SIZE


def anywhere(count: int) -> list[int]:
    return drawn(200).sample(range(SIZE + 1), count)


def announced(path: Path, category: str) -> Outgoing:
    content = path.read_bytes()
    return Outgoing(path, category, hashlib.sha256(content).hexdigest(), len(content))


def sent_by(uploader: Uploader, outgoing: Outgoing, progress: Progress) -> str | None:
    return uploader.fill(uploader.resume(outgoing) or uploader.create(outgoing), outgoing, progress)


@dataclass
class Line:
    """Somebody's client behind a proxy, and what their portal keeps."""

    portal: Portal
    cutter: Cutter
    transport: Transport
    attempt: str
    memory: Path
    ada: Person

    def send(
        self,
        path: Path,
        category: str = "category1",
        *,
        chunk_bytes: int = CHUNK,
        progress: Progress = lambda _done, _size: None,
    ) -> str | None:
        uploader = Uploader(self.transport, self.attempt, self.memory, chunk_bytes=chunk_bytes)
        return sent_by(uploader, announced(path, category), progress)

    def send_from_two_devices(self, path: Path, http: httpx.Client, folder: Path) -> list[str]:
        """Send one file twice at once, each time with its own connections and memory; the submissions that came of it."""
        credentials = self.transport.credentials
        other = Transport(self.cutter.url, credentials, http, refresh=lambda _tokens: None, patience=PATIENCE)
        (folder / "other").mkdir()
        memories = ((self.transport, self.memory), (other, folder / "other"))
        uploaders = [Uploader(transport, self.attempt, memory, chunk_bytes=CHUNK) for transport, memory in memories]
        outgoing = announced(path, "category1")
        with ThreadPoolExecutor(2) as devices:
            sent = [devices.submit(sent_by, uploader, outgoing, lambda _done, _size: None) for uploader in uploaders]
            return [one.result() or self.submissions_of(path.read_bytes())[0] for one in sent]

    def kept(self, content: bytes) -> bytes:
        """What the portal keeps under the digest of `content`."""
        return (self.portal.data / "blobs" / "submissions" / self.attempt / hashlib.sha256(content).hexdigest()).read_bytes()

    def submissions_of(self, content: bytes) -> list[str]:
        query = "SELECT id FROM exams_submission WHERE sha256 = ? AND attempt_id = ?"
        found = self.ask(query, hashlib.sha256(content).hexdigest(), UUID(self.attempt).hex)
        return [str(UUID(identifier)) for (identifier,) in found]

    def announce(self, path: Path) -> str:
        """Open the upload of a file for the first category; its address."""
        return Uploader(self.transport, self.attempt, self.memory).create(announced(path, "category1")).url

    def offset(self, url: str) -> int:
        return int(self.transport.request("HEAD", url, headers=TUS).headers["Upload-Offset"])

    def wait_for_offset(self, url: str, offset: int, within_s: float = 10) -> None:
        give_up = time.monotonic() + within_s
        while (stands := self.offset(url)) != offset:
            assert time.monotonic() < give_up, f"{stands} of {offset} bytes were kept"
            time.sleep(0.05)

    def begin_request(self, url: str, *, offset: int, length: int) -> socket.socket:
        """A connection to the portal itself over which the head of a PATCH went, and none of its `length` bytes."""
        token = self.transport.credentials.tokens(self.cutter.url).access_token
        fields = {"Host": f"127.0.0.1:{self.portal.port}", "Authorization": f"Bearer {token}", "Guildmark-Protocol": "1", **TUS}
        fields |= {"Content-Type": "application/offset+octet-stream", "Upload-Offset": offset, "Content-Length": length}
        connection = socket.create_connection(("127.0.0.1", self.portal.port))
        lines = [f"PATCH {url} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def ask(self, query: str, *values: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.portal.data / 'db.sqlite3'}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()


@contextmanager
def line_to(portal: Portal, folder: Path) -> Iterator[Line]:
    """Somebody whose exam runs, behind a proxy to `portal`."""
    with ExitStack() as stack:
        ada = sign_up("ada", portal, folder)
        stack.callback(ada.browser.close)
        attempt = ada.begin()
        cutter = stack.enter_context(Cutter(portal.port))
        credentials = Credentials(folder / "behind the proxy")
        credentials.remember(cutter.url, Tokens(access_token=ada.token))
        http = stack.enter_context(http_client(cutter.url))
        transport = Transport(cutter.url, credentials, http, refresh=lambda _tokens: None, patience=PATIENCE)
        (folder / "uploads").mkdir()
        yield Line(portal, cutter, transport, attempt, folder / "uploads", ada)


@pytest.fixture(scope="module")
def line(quick_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line to a portal whose grading service never serves, so that uploads alone are at work."""
    folder = tmp_path_factory.mktemp("cuts")
    portal = Portal(data=folder / "portal" / "data", port=free_port(8700))
    portal.data.parent.mkdir()
    portal.init(quick_bank)
    start_without_grading(portal)
    try:
        with line_to(portal, folder) as opened:
            yield opened
    finally:
        portal.stop()


@pytest.fixture
def roomy_line(roomy_bank: Path, tmp_path: Path) -> Iterator[Line]:
    """A line to a portal whose tasks take large files."""
    portal = Portal(data=tmp_path / "portal" / "data", port=free_port(8750))
    portal.data.parent.mkdir()
    portal.init(roomy_bank)
    start_without_grading(portal)
    try:
        with line_to(portal, tmp_path) as opened:
            yield opened
    finally:
        portal.stop()


def start_without_grading(portal: Portal) -> None:
    idle = portal.data.parent / "grader-that-never-serves"
    idle.write_text("#!/bin/sh\nexec sleep 600\n")
    idle.chmod(0o755)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GUILDMARK_GRADER_COMMAND", str(idle))
        portal.start()


def cut_each(line: Line, places: list[int], folder: Path, *, seed: int) -> None:
    """Upload one file for each place, cut there, and hold what the portal keeps against it."""
    path = folder / "mymodel.keras"
    for number, place in enumerate(places):
        content = drawn(seed + number).randbytes(SIZE)
        path.write_bytes(content)
        cuts = line.cutter.cuts
        line.cutter.cut_at(place)
        submission = line.send(path)
        assert (place, line.cutter.cuts - cuts) == (place, 1)
        assert (place, line.kept(content) == content) == (place, True)
        (found,) = line.submissions_of(content)
        assert (place, submission or found) == (place, found)
        # again: the chunk that was on its way, and one that came while the portal still put that away
        assert (place, line.cutter.passed <= SIZE + 2 * CHUNK) == (place, True)
    assert list((line.portal.data / "blobs" / "uploads").iterdir()) == []


def test_x9_a_cut_at_a_boundary_of_the_file_or_anywhere_loses_nothing(line: Line, tmp_path: Path) -> None:
    cut_each(line, [*at_the_boundaries(16), *anywhere(8)], tmp_path, seed=3000)


@pytest.mark.parametrize("part", range(PARTS))
def test_x9_a_cut_at_each_of_256_boundaries_and_200_other_places_loses_nothing(line: Line, tmp_path: Path, part: int) -> None:
    places = [*at_the_boundaries(256), *anywhere(200)]
    with line_to(line.portal, tmp_path) as other:  # an exam has tens of submissions, not hundreds
        cut_each(other, places[part::PARTS], tmp_path, seed=4000 + 100 * part)


def graded_once(line: Line, quick_pack: Path, count: int, folder: Path) -> None:
    """Cut the uploads of `count` models that earn full score; each is one submission with one job and one report."""
    line.ada.solve(1, quick_pack)
    digests = []
    for number in range(count):
        path = folder / "mymodel.keras"
        _write_anew(line.ada.folder / "Category1" / "mymodel.keras", path, year=1990 + number)
        size = path.stat().st_size
        line.cutter.cut_at(drawn(number).randint(0, size))
        line.send(path, chunk_bytes=size // 3)
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
    assert line.cutter.cuts == count
    wait_for_scores(line, count)
    reports = """
        SELECT s.sha256, r.verdict, r.score FROM exams_report r JOIN exams_submission s ON s.id = r.submission_id
        WHERE s.attempt_id = ? ORDER BY s.received_at"""
    jobs = """
        SELECT count(*) FROM jobs_job j JOIN exams_submission s ON replace(j.key, '-', '') = s.id
        WHERE j.kind = 'grade' AND s.attempt_id = ?"""
    mine = UUID(line.attempt).hex
    assert line.ask(reports, mine) == [(digest, "graded", 5) for digest in digests]
    assert line.ask(jobs, mine) == [(count,)]


def _write_anew(source: Path, target: Path, *, year: int) -> None:
    """The same model in other bytes: its archive's entries are of another year."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, date_time=(year, 1, 1, 0, 0, 0)), old.read(name))


def wait_for_scores(line: Line, count: int, within_s: float = 120) -> None:
    give_up = time.monotonic() + within_s
    while True:
        submissions = line.ada.candidate.guildmark_json("status")["categories"][0]["submissions"]
        if [one["phase"] for one in submissions] == ["done"] * count:
            return
        assert time.monotonic() < give_up, f"waited in vain for the scores: {submissions}"


@pytest.mark.timeout(600)
def test_x9_twenty_cut_uploads_are_graded_each_once(portal: Portal, quick_pack: Path, tmp_path: Path) -> None:
    with line_to(portal, tmp_path) as line:
        graded_once(line, quick_pack, 20, tmp_path)


def test_x9_a_cut_request_keeps_every_byte_and_a_killed_portal_goes_on_from_what_it_had_taken(
    line: Line, tmp_path: Path
) -> None:
    path = tmp_path / "mymodel.keras"
    content = drawn(1000).randbytes(SIZE)
    path.write_bytes(content)
    url, stands = line.announce(path), 0
    for place in (1, 20 * KIB, 20 * KIB + 1, 70 * KIB):
        with line.begin_request(url, offset=stands, length=SIZE - stands) as connection:
            connection.sendall(content[stands:place])
        stands = place
        line.wait_for_offset(url, stands)

    with line.begin_request(url, offset=stands, length=SIZE - stands) as connection:
        connection.sendall(content[stands : 100 * KIB])
        line.wait_for_offset(url, 100 * KIB)  # while the request goes on
        connection.sendall(content[100 * KIB : 150 * KIB])
        line.portal.kill()
    start_without_grading(line.portal)
    assert 100 * KIB <= line.offset(url) <= 150 * KIB
    line.send(path)
    assert line.kept(content) == content


@pytest.mark.timeout(120)
def test_x9_two_devices_that_send_one_file_at_once_make_one_submission(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "mymodel.keras"
    content = drawn(2000).randbytes(8 * SIZE)
    path.write_bytes(content)
    with http_client(line.cutter.url) as http:
        line.cutter.cut_at(SIZE)
        submissions = line.send_from_two_devices(path, http, tmp_path)
    assert len(set(submissions)) == 1
    assert line.kept(content) == content
    assert line.submissions_of(content) == [submissions[0]]


@pytest.mark.timeout(900)
def test_x9_a_file_of_200_mb_over_a_line_that_is_cut_ten_times_goes_on_each_time_and_tells_its_progress(
    roomy_line: Line, tmp_path: Path
) -> None:
    path = tmp_path / "mymodel.keras"
    content = drawn(5000).randbytes(LARGE)
    path.write_bytes(content)
    places = sorted(drawn(5001).sample(range(LARGE), CUTS))
    told: list[int] = []
    passed = 0

    def progress(done: int, size: int) -> None:
        nonlocal passed
        told.append(done)
        assert size == LARGE
        if roomy_line.cutter.cuts == CUTS - len(places) and places:
            passed += roomy_line.cutter.passed
            roomy_line.cutter.cut_at(places.pop(0))

    submission = roomy_line.send(path, chunk_bytes=CHUNK_BYTES, progress=progress)
    passed += roomy_line.cutter.passed
    assert (roomy_line.cutter.cuts, places) == (CUTS, [])
    assert roomy_line.kept(content) == content
    assert roomy_line.submissions_of(content) == [submission]
    assert passed <= LARGE + 2 * CUTS * CHUNK_BYTES
    assert (told[0], told[-1], told) == (0, LARGE, sorted(told))
    assert max(after - before for before, after in pairwise(told)) <= CHUNK_BYTES
