"""A worker ends when it has answered, when its time is up, when nobody waits, and always completely."""

import os
import signal
import socket
import threading
import time

import pytest

from guildmark_grader.sandbox import MIB, Box, BoxFault, Ended, Nest, Zygote
from guildmark_grader.worker.request import Program

from .conftest import PROBES, job


def pid_of(pidfd: int) -> int:
    """The number of a process by its descriptor; -1 when it is gone."""
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as file:  # noqa: PTH123 - as short
        return int(dict(line.split(":\t") for line in file)["Pid"])


def test_what_a_worker_says_arrives(run):
    outcome = run("honest", "this")
    assert (outcome.ended, outcome.reply.words, outcome.status, outcome.log) == (Ended.REPLIED, "did this", None, "")


@pytest.mark.parametrize(
    "probe", ["silent", "cut_short", "babbling", "endless_array", "endless_stages", "forged_fault", "deaf"]
)
def test_an_end_without_a_sound_answer_is_no_success(run, probe):
    outcome = run(probe)
    assert (outcome.ended, outcome.reply) == (Ended.DIED, None)
    assert outcome.seconds < 5


def test_an_exit_with_status_0_is_no_answer(run):
    outcome = run("silent")
    assert (outcome.ended, outcome.reply, outcome.status) == (Ended.DIED, None, 0)


def test_an_abort_is_a_death_by_a_signal(run):
    outcome = run("aborted")
    assert (outcome.ended, outcome.reply, os.WIFSIGNALED(outcome.status)) == (Ended.DIED, None, True)


def test_a_reply_ends_where_it_says_whatever_follows(run):
    outcome = run("endless_reply")
    assert (outcome.ended, outcome.reply.predictions) == (Ended.REPLIED, b"12345678")
    assert outcome.seconds < 5


def test_words_are_escaped_and_bounded(run):
    words = run("forged_words").reply.words
    assert words.isprintable()
    assert len(words) <= 203


def test_noise_is_kept_within_bounds(run):
    outcome = run("noisy")
    assert (outcome.ended, outcome.reply.words) == (Ended.REPLIED, "made noise")
    assert 0 < len(outcome.log) <= 16 * 1024


def test_endless_noise_does_not_keep_the_time_from_being_up(run):
    outcome = run("endless_noise", wall_s=0.5)
    assert (outcome.ended, len(outcome.log) <= 16 * 1024) == (Ended.TIMED_OUT, True)
    assert outcome.seconds < 3


def test_a_worker_that_closes_its_standard_output_still_answers(run):
    outcome = run("mute")
    assert (outcome.ended, outcome.reply.words) == (Ended.REPLIED, "said nothing")


def test_what_does_not_end_ends_at_its_time(run):
    outcome = run("endless", wall_s=0.5)
    assert (outcome.ended, outcome.reply) == (Ended.TIMED_OUT, None)
    assert 0.5 <= outcome.seconds < 3


def test_a_worker_that_is_stopped_ends_at_its_time(zygote: Zygote):
    with zygote.bear(Nest()) as child:
        child.wait_until_ready()
        signal.pidfd_send_signal(child._pidfds[1], signal.SIGSTOP)
        outcome = child.run(job("honest", wall_s=0.5))
    assert (outcome.ended, outcome.reply) == (Ended.TIMED_OUT, None)
    assert 0.5 <= outcome.seconds < 3


def test_a_worker_cannot_stop_itself(run):
    assert "PermissionError" in run("stopped").log


def test_threads_that_stay_end_with_their_worker(run):
    outcome = run("threads_that_stay")
    assert (outcome.ended, outcome.reply.words) == (Ended.REPLIED, "started threads")
    assert outcome.seconds < 5


def test_memory_is_bounded_and_the_end_says_so(run):
    outcome = run("hungry", memory=64 * MIB)
    assert (outcome.ended, outcome.reply) == (Ended.OVER_MEMORY, None)
    assert outcome.peak_kib < 1024 * 1024


def test_what_a_worker_used_is_told(run):
    outcome = run("endless", wall_s=1)
    assert 0.3 < outcome.cpu_s < 2
    assert outcome.peak_kib > 0


def test_who_hangs_up_ends_a_worker_at_once(zygote):
    ours, theirs = socket.socketpair()
    with ours, zygote.bear(Nest()) as child:
        threading.Timer(0.3, theirs.close).start()
        outcome = child.run(job("endless", asker=ours))
    assert (outcome.ended, outcome.reply) == (Ended.ABANDONED, None)
    assert outcome.seconds < 3


def test_a_worker_gets_one_job_in_its_life(zygote):
    with zygote.bear(Nest()) as child:
        assert child.run(job("honest")).ended is Ended.REPLIED
        with pytest.raises((BoxFault, OSError)):
            child.run(job("honest"))


def test_a_worker_that_is_closed_before_its_job_is_gone(zygote: Zygote):
    child = zygote.bear(Nest())
    child.wait_until_ready()
    watched = os.dup(child._pidfds[1])
    assert pid_of(watched) > 0
    child.close()
    deadline = time.monotonic() + 5
    while pid_of(watched) > 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert pid_of(watched) == -1
    os.close(watched)


def test_a_worker_that_dies_before_its_job_is_our_fault(zygote: Zygote):
    with zygote.bear(Nest()) as child:
        child.wait_until_ready()
        signal.pidfd_send_signal(child._pidfds[1], signal.SIGKILL)
        time.sleep(0.2)
        with pytest.raises(BoxFault):
            child.run(job("honest"))


def test_a_worker_is_not_born_within_limits_that_it_cannot_stand(zygote: Zygote):
    with zygote.bear(Nest(open_files=3)) as child, pytest.raises(BoxFault):
        child.run(job("honest"))


def test_its_scratch_folder_is_its_own_and_empty(run):
    assert run("littering").reply.words == "left a file"
    assert run("number", "found").reply.words == "found 0"


def test_its_standard_descriptors_lead_nowhere_but_to_our_log(run):
    character_device, pipe = 0o2, 0o1
    assert run("standard_descriptors").reply.words == f"{character_device} {pipe} {pipe}"


def test_it_has_no_socket_left_once_it_has_its_job(run):
    assert run("hidden_sockets").reply.words == ""


def test_it_sees_nothing_of_the_grader_but_what_loads_models(run):
    assert run("seen_of_the_host").reply.words == ""


def test_two_at_once_do_not_disturb_each_other(zygote: Zygote):
    words, threads = {}, []

    def work(number: int) -> None:
        for turn in range(5):
            with zygote.bear(Nest()) as child:
                outcome = child.run(job("number", f"{number}.{turn}"))
                words[number, turn] = outcome.reply and outcome.reply.words

    def disturb() -> None:
        for probe in ("hungry", "endless_noise", "babbling", "silent"):
            with zygote.bear(Nest()) as child:
                child.run(job(probe, wall_s=0.5, memory=32 * MIB))

    threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2)] + [threading.Thread(target=disturb)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert words == {(number, turn): f"{number}.{turn} 0" for number in (1, 2) for turn in range(5)}


def test_a_zygote_that_is_killed_during_a_job_is_our_fault_and_not_the_models():
    mortal = Box().zygote(Program.PROBE, probes=PROBES)
    try:
        with mortal.bear(Nest()) as child:
            child.wait_until_ready()
            threading.Timer(0.3, mortal._process.kill).start()
            started = time.monotonic()
            with pytest.raises(BoxFault):
                child.run(job("endless", wall_s=20))
            assert time.monotonic() - started < 5
        with pytest.raises(BoxFault), mortal.bear(Nest()) as child:
            child.run(job("honest"))
    finally:
        mortal.close()
