"""What a worker can do to those who watch it: nothing that makes them blind, busy, or dead."""

import os
import time

import pytest

from guildmark_grader.grade import Grader
from guildmark_grader.sandbox import Ended, WorkerLost, child


def test_a_name_that_reads_like_a_count_of_memory_is_a_name(run):
    outcome = run("misnamed", memory=1 << 30)
    assert (outcome.ended, outcome.reply.words) == (Ended.REPLIED, "lived")


def test_a_worker_whose_first_thread_has_ended_does_not_live_on_unwatched(run):
    outcome = run("headless", wall_s=8)
    assert outcome.ended is Ended.OVER_MEMORY
    assert outcome.seconds < 4


def test_no_memory_of_the_kernel_s_is_had_that_nobody_counts(run):
    assert run("kernel_memory").reply.words == "nothing"


def test_who_prints_in_crumbs_does_not_keep_the_grader_busy(run):
    before = time.process_time()
    assert run("prints_in_crumbs").reply.words == "done"
    assert time.process_time() - before < 0.5


def killed_once_it_has_its_job(monkeypatch, times):
    """Have the worker that predicts killed by somebody else, so many times; how often it was."""
    follow, killed = child.Child._follow, []

    def follow_and_kill(self, run, job, reply_end, log_end):
        if job.predictions_bytes and len(killed) < times:
            killed.append(self)
            ended = follow(self, run, job, reply_end, log_end)
            assert ended is Ended.REPLIED
            raise WorkerLost("somebody killed it", child.Outcome(Ended.DIED, None, 9, "", run.reached, 1, 1, 1))
        return follow(self, run, job, reply_end, log_end)

    monkeypatch.setattr(child.Child, "_follow", follow_and_kill)
    return killed


def test_an_honest_model_whose_worker_is_lost_while_it_predicts_gets_its_score(grader: Grader, bank, models, monkeypatch):
    killed = killed_once_it_has_its_job(monkeypatch, 2)
    report = grader.grade(bank, bank.form("largest"), 0, models / "honest.h5")
    assert (report.score, report.reason, len(killed)) == (5, "graded.full", 2)


def test_a_job_that_loses_every_worker_is_the_candidate_s_to_mend(grader: Grader, bank, models, monkeypatch):
    killed_once_it_has_its_job(monkeypatch, 99)
    report = grader.grade(bank, bank.form("largest"), 0, models / "honest.h5")
    assert report.verdict.is_ours is False
    assert report.score is None
    assert 0 < report.timings_ms["lost"] < report.timings_ms["total"]


@pytest.mark.skipif(not os.path.exists("/proc/sys/kernel/sched_autogroup_enabled"), reason="the kernel has no groups")  # noqa: PTH110 - as short
def test_each_worker_has_a_session_of_its_own_so_that_many_threads_starve_nobody(zygote):
    from guildmark_grader.sandbox import Nest

    with zygote.bear(Nest()) as one, zygote.bear(Nest()) as other:
        one.wait_until_ready()
        other.wait_until_ready()
        sessions = {os.getsid(_pid(pidfd)) for pidfd in (one._pidfds[1], other._pidfds[1])}
    assert len(sessions) == 2


def _pid(pidfd: int) -> int:
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:  # noqa: PTH123 - as short
        return int(dict(line.split(":\t") for line in file)["Pid"])
