"""The self-check: it says what holds, and it says so only because it could say otherwise."""

import io
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from guildmark_grader.inside import landlock
from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.sandbox import Box, bwrap, seccomp
from guildmark_grader.selfcheck import attacks, doctor, host, shown
from guildmark_grader.selfcheck.catalogue import ATTACKS
from guildmark_grader.selfcheck.doctor import BoxNotWhole, require_whole

pytestmark = pytest.mark.commands

COMMAND = [sys.executable, "-m", "guildmark_grader.cli", "doctor"]
QUICK = [attack for attack in ATTACKS if attack.is_quick]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide bubblewrap from a process")
HIDDEN = ["unshare", "--mount", "sh", "-c", f'mount --bind /bin/false {bwrap.binary()} && exec "$@"', "sh"]


@pytest.fixture(scope="module")
def report() -> dict:
    done = subprocess.run([*COMMAND, "--json"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_every_attack_is_told_and_each_was_held(report):
    assert [told["name"] for told in report["attacks"]] == [attack.name for attack in ATTACKS]
    assert [told["name"] for told in report["attacks"] if not told["is_held"] or told["found"] or not told["held_by"]] == []
    assert (report["is_whole"], report["error"]) == (True, "")


def test_it_names_what_the_box_stands_on(report):
    found = {fact["name"]: fact["found"] for fact in report["host"]}
    assert str(bwrap.binary()) in found["bubblewrap"]
    assert os.uname().release in found["kernel"]
    assert str(landlock.version()) in found["landlock"]
    assert found["seccomp"] == seccomp.library_version()
    assert str(65534 if os.geteuid() == 0 else os.geteuid()) in found["user"]
    assert {"tensorflow", "onnx", "tflite", "torch"} <= set(found)
    assert "keras 3." in found["tensorflow"]


def test_in_a_terminal_each_attack_has_a_line(report):
    done = subprocess.run(
        COMMAND, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "120", "PYTHONUTF8": "1"}
    )
    assert done.returncode == 0
    assert done.stdout.count("✓") == len(ATTACKS)
    assert "✗" not in done.stdout
    assert f"The box is whole: {len(ATTACKS)} attacks, none got through." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 120


def test_it_is_done_in_less_than_15_seconds():
    started = time.monotonic()
    assert all(tried.is_held for tried in doctor.try_all(Box()))
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("layer", list(Layer), ids=lambda layer: layer.name.lower())
def test_a_box_that_lacks_one_layer_is_not_whole(layer):
    with pytest.raises(BoxNotWhole) as refused:
        require_whole(Box(), layers=ALL & ~layer)
    assert refused.value.next_step == "See what is missing with: guildmark-grader doctor"
    assert refused.value.exit_code == 1


def test_a_refusal_names_every_attack_that_got_through():
    with pytest.raises(BoxNotWhole) as refused:
        require_whole(Box(), layers=ALL & ~Layer.SECCOMP)
    assert "Forking (forks)" in refused.value.message
    assert "New namespaces (user, mount, process, network, IPC)" in refused.value.message


def test_a_whole_box_is_known_quickly():
    started = time.monotonic()
    require_whole(Box())
    assert time.monotonic() - started < 5  # 0.7 s on a machine that does nothing else
    assert len(QUICK) >= 10


@needs_root
def test_where_no_box_stands_it_says_so_and_why():
    done = subprocess.run([*HIDDEN, *COMMAND], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No box stands on this host. Grade nobody's models here." in done.stdout
    assert "the zygote did not start" in done.stderr or "the zygote does not start" in done.stderr
    done = subprocess.run([*HIDDEN, *COMMAND, "--json"], capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["is_whole"]) == (1, False)


def test_every_attack_exists_and_has_a_description():
    assert [attack.name for attack in ATTACKS if not getattr(attacks, attack.name).__doc__] == []
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert all(attack.holders for attack in ATTACKS)


def test_descriptors_that_no_job_brought_are_found():
    before = attacks.inherited([], "")
    extra = [os.open(os.devnull, os.O_RDONLY) for _ in range(200)]
    try:
        assert before != attacks.inherited([], "") != ""
    finally:
        for number in extra:
            os.close(number)


@pytest.mark.parametrize(("abi", "lacks"), [(0, 0), (1, 5), (3, 3), (5, 1), (6, 0), (7, 0)])
def test_it_says_what_an_older_landlock_lacks(monkeypatch, abi, lacks):
    monkeypatch.setattr(landlock, "version", lambda: abi)
    assert sum("Landlock" in line for line in host.weaknesses()) == lacks
    assert {fact.name: fact.is_good for fact in host.facts(Box())}["landlock"] is (abi > 0)


def test_it_says_which_bubblewrap_it_was_told(tmp_path):
    facts = {fact.name: fact for fact in host.facts(Box(bubblewrap=Path("/nowhere/bwrap")))}
    assert "/nowhere/bwrap" in facts["bubblewrap"].found


def test_what_got_through_is_shown_with_a_cross_and_in_the_last_line():
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    attack = ATTACKS[3]
    results = [doctor.Tried(attack, "forks"), doctor.Tried(ATTACKS[0], "")]
    for result in results:
        console.print(shown.line(result, console))
    shown.show_verdict(console, results)
    printed = console.file.getvalue()
    assert "got through: forks" in printed
    assert "The box is NOT whole: of the attacks, 1 got through. Grade nobody's models here." in printed
    document = shown.as_json(results, [], [], "")
    assert (document["is_whole"], [told["is_held"] for told in document["attacks"]]) == (False, [False, True])


def test_an_attack_that_could_not_be_tried_is_not_held():
    lost = replace(ATTACKS[0], name="no_such_attack")
    (tried,) = doctor.try_all(Box(), attacks=[lost])
    assert not tried.is_held
    assert "KeyError" in tried.found
