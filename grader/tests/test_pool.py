"""The pool: spares when idle, forks when busy, and whoever dies is replaced. Its workers are real, and do what probes say."""

import errno
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from guildmark_grader.pool import Pool
from guildmark_grader.sandbox import MIB, Box, BoxFault, Ended, Job, Outcome, Zygote, bwrap
from guildmark_grader.worker.request import Program

PROBES = Path(__file__).with_name("sandbox") / "probes.py"


class ProbingBox(Box):
    """A box whose zygotes of `Program.PROBE` know the probes of the tests."""

    def zygote(self, program: Program, *, threads: int = 2, probes: Path | None = PROBES) -> Zygote:
        return super().zygote(program, threads=threads, probes=probes)


def job(probe: str, argument: str = "", **changes) -> Job:
    changes = {"files": (), "predictions_bytes": 8, "wall_s": 10, "memory": 256 * MIB, **changes}
    return Job(request=f"{probe}\n{argument}".encode(), **changes)


@contextmanager
def pool(spares: int = 0) -> Iterator[Pool]:
    with Pool(ProbingBox(), spares=spares) as running:
        yield running


def said(outcome: Outcome) -> str | None:
    return outcome.reply and outcome.reply.words


def wait_until(met, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not (reached := met()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(reached)


def spares_of(running: Pool) -> list:
    return running._spares[Program.PROBE]


def test_a_job_is_run_in_a_worker_of_its_own():
    with pool() as running:
        assert [said(running.run(Program.PROBE, job("number", str(number)))) for number in range(3)] == ["0 0", "1 0", "2 0"]


def test_spares_are_born_when_idle_and_no_more_than_wanted():
    with pool(spares=2) as running:
        running.prepare([Program.PROBE])
        assert wait_until(lambda: len(spares_of(running)) == 2)
        time.sleep(0.3)
        assert len(spares_of(running)) == 2
        waiting = list(spares_of(running))
        assert said(running.run(Program.PROBE, job("honest"))) == "did "
        assert wait_until(lambda: len(spares_of(running)) == 2)
        assert sum(spare in waiting for spare in spares_of(running)) == 1


def test_without_spares_workers_are_born_on_demand_as_many_as_are_asked_for():
    with pool() as running:
        words = []
        threads = [
            threading.Thread(target=lambda n=n: words.append(said(running.run(Program.PROBE, job("number", str(n))))))
            for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(words) == [f"{number} 0" for number in range(6)]


def test_a_zygote_that_dies_is_replaced_and_its_spares_with_it():
    with pool(spares=1) as running:
        running.prepare([Program.PROBE])
        assert wait_until(lambda: spares_of(running))
        first = running._zygotes[Program.PROBE]
        first._process.kill()
        first._process.wait()
        assert said(running.run(Program.PROBE, job("honest"))) == "did "
        assert running._zygotes[Program.PROBE] is not first


def test_a_spare_that_dies_is_replaced():
    with pool(spares=1) as running:
        running.prepare([Program.PROBE])
        assert wait_until(lambda: spares_of(running))
        signal.pidfd_send_signal(spares_of(running)[0]._pidfds[1], signal.SIGKILL)
        assert said(running.run(Program.PROBE, job("honest"))) == "did "


def test_many_spares_that_die_together_are_replaced():
    with pool(spares=5) as running:
        running.prepare([Program.PROBE])
        assert wait_until(lambda: len(spares_of(running)) == 5)
        for spare in spares_of(running):
            signal.pidfd_send_signal(spare._pidfds[1], signal.SIGKILL)
        assert said(running.run(Program.PROBE, job("honest"))) == "did "


def test_a_hostile_worker_does_not_disturb_the_next():
    with pool(spares=1) as running:
        for probe in ("silent", "babbling", "hungry", "aborted"):
            assert running.run(Program.PROBE, job(probe, memory=32 * MIB)).ended in {Ended.DIED, Ended.OVER_MEMORY}
            assert said(running.run(Program.PROBE, job("honest"))) == "did "


def test_what_cannot_be_had_is_told_to_everyone_who_asks_and_tried_again(tmp_path):
    parts = bwrap.parts(bwrap.binary())
    refused = ProbingBox(bubblewrap=tmp_path / next(iter(parts)))
    with Pool(refused) as running:
        for _ in range(2):
            with pytest.raises(BoxFault):
                running.run(Program.PROBE, job("honest"))
        for name, source in parts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).symlink_to(source)
        assert said(running.run(Program.PROBE, job("honest"))) == "did "


class ExhaustedOnce(ProbingBox):
    """A box on a host that has run out of something, for a moment."""

    refusals: ClassVar[list[int]] = []

    def zygote(self, program: Program, *, threads: int = 2, probes: Path | None = PROBES) -> Zygote:
        if not self.refusals:
            self.refusals.append(errno.EMFILE)
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().zygote(program, threads=threads, probes=probes)


def test_a_host_that_has_run_out_of_something_does_not_stop_the_pool_for_good():
    with Pool(ExhaustedOnce(), spares=1) as running:
        assert said(running.run(Program.PROBE, job("honest"))) == "did "
    assert ExhaustedOnce.refusals == [errno.EMFILE]


def test_a_closed_pool_leaves_no_worker():
    with pool(spares=2) as running:
        running.prepare([Program.PROBE])
        assert wait_until(lambda: len(spares_of(running)) == 2)
        zygote, spares = running._zygotes[Program.PROBE], list(spares_of(running))
    assert not zygote.is_alive
    assert all(spare._is_closed for spare in spares)
    with pytest.raises(BoxFault):
        running.run(Program.PROBE, job("honest"))
