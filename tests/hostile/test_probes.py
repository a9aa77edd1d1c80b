"""What code could do that has already escaped the loader: in the box nothing, outside of it everything."""

import contextlib
import struct
import threading
import time
import uuid
from pathlib import Path

import pytest
from tests.hostile.boxed import PREDICTIONS_BYTES
from tests.hostile.marks import Seen
from tests.hostile.probe_cases import HOSTS_MAY_REFUSE, PROBES

from guildmark.inspection import Finding
from guildmark_grader.inside.lockdown import Layer
from guildmark_grader.sandbox import Ended
from guildmark_grader.worker.reply import HEADER, MAGIC, Kind, Stage, frame, header, pack_findings

BY_NAME = {"argnames": "probe", "argvalues": PROBES, "ids": [probe.name for probe in PROBES]}

_STARTED = frame(Kind.STAGE, bytes([Stage.LOADING]))
_ARRAY = struct.pack("<3f", 1.0, 2.0, 3.0)
FORGED = {
    "a full score": frame(Kind.REFUSED, pack_findings([Finding("graded.full", {"metric": "accuracy", "value": 1})])),
    "a fault of ours": frame(Kind.REFUSED, pack_findings([Finding("grader.fault")])),
    "a reason that is none": frame(Kind.REFUSED, pack_findings([Finding("no.such_reason")])),
    "a longer array": header(Kind.PREDICTIONS, PREDICTIONS_BYTES + 4) + _ARRAY + b"\0" * 4,
    "an array without an end": header(Kind.PREDICTIONS, 2**32 - 1) + _ARRAY,
    "half an array": header(Kind.PREDICTIONS, PREDICTIONS_BYTES) + _ARRAY[:4],
    "an unknown kind": HEADER.pack(MAGIC, 99, 0),
    "stages backwards": frame(Kind.STAGE, bytes([Stage.ANSWERING])) + _STARTED,
    "a packet of the monitor": b"B" + b"\xff" * 20,
    "noise": b"\x1b[31m noise " * 4000,
}


@pytest.mark.parametrize(**BY_NAME)
def test_x11_the_box_holds_it(probe, workers, watch):
    watch.reset()
    assert workers.answer(probe.module, probe.name).startswith("held")
    assert watch.seen() == Seen()


@pytest.mark.parametrize(**BY_NAME)
def test_x11_without_the_box_it_gets_through(probe, bare):
    answer = bare.get((probe, Layer(0)))
    if answer is None:
        pytest.skip("only root can show that an administrator's call gets through")
    if answer.endswith("ENOSYS"):
        pytest.skip("this kernel has no such call")
    if probe.name in HOSTS_MAY_REFUSE and answer.startswith("held"):
        pytest.skip("this host refuses it to everybody")
    assert answer.startswith("breached")


@pytest.mark.parametrize("stream", FORGED.values(), ids=FORGED)
def test_x11_a_forged_answer_is_none(stream, workers):
    outcome = workers.run("forgery", "write_everywhere", stream=stream.hex())
    assert (outcome.ended, outcome.reply) == (Ended.DIED, None)


def test_x11_what_is_forged_does_reach_the_reader(workers):
    """A sound array does: the worker's own word on its own job. Otherwise the forgeries above would show nothing."""
    sound = _STARTED + header(Kind.PREDICTIONS, PREDICTIONS_BYTES) + _ARRAY
    outcome = workers.run("forgery", "write_everywhere", stream=sound.hex())
    assert (outcome.ended, outcome.reply.predictions) == (Ended.REPLIED, _ARRAY)


def test_x11_siblings_do_not_meet(workers):
    left = []
    sibling = threading.Thread(target=lambda: left.append(workers.answer("network", "leave_something")))
    sibling.start()
    time.sleep(1)
    names = ("file_of_a_sibling", "shared_memory_of_a_sibling", "facts_of_other_processes", "signal_others")
    modules = ("network", "network", "processes", "processes")
    answers = [workers.answer(module, name) for module, name in zip(modules, names, strict=True)]
    assert sibling.is_alive()
    sibling.join()
    assert left == ["left /tmp"]
    assert [answer for answer in answers if not answer.startswith("held")] == []


def processes_named(name: str) -> list[str]:
    """The processes of this host by that name."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            if folder.name.isdigit() and (folder / "comm").read_text().strip() == name:
                found.append(folder.name)
    return found


def test_x11_whatever_a_worker_begot_ends_with_it(workers):
    """Without the filter, so that it can beget at all."""
    name, outcomes, most = uuid.uuid4().hex[:15], [], 0

    def beget():
        told = {"title": name, "seconds": 120}
        outcomes.append(workers.run("forgery", "leave_children", layers=Layer.NAMESPACES, **told))

    running = threading.Thread(target=beget)
    running.start()
    while running.is_alive():
        most = max(most, len(processes_named(name)))
        time.sleep(0.05)
    assert most == 3
    assert processes_named(name) == []
    assert [outcome.reply.words for outcome in outcomes] == ["left"]


def test_x11_there_are_probes_enough():
    assert len(PROBES) >= 100
    assert len({probe.name for probe in PROBES}) == len(PROBES)
