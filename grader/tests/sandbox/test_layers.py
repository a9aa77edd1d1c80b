"""Each layer alone holds the attacks that it is there for, and every attack gets through where nothing holds it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.sandbox import Box
from guildmark_grader.selfcheck.catalogue import ATTACKS, Holder
from guildmark_grader.selfcheck.doctor import try_all

UNBOXED = Path(__file__).with_name("unboxed.py")
NAMESPACES = ("--mount", "--pid", "--fork", "--mount-proc", "--ipc", "--net", "--uts", "--cgroup")
BOUNDED_OUTSIDE = [attack for attack in ATTACKS if Holder.GRADER in attack.holders]
"""What the grader holds from outside, in whatever a worker runs."""


def held_by(*holders: Holder) -> list[str]:
    return [attack.name for attack in ATTACKS if set(holders) & set(attack.holders)]


def boxed(layers: Layer, names: list[str]) -> dict[str, str]:
    """What the attacks achieved in workers of a box, whose layers are but these."""
    wanted = [attack for attack in ATTACKS if attack.name in names]
    return {tried.attack.name: tried.found for tried in try_all(Box(), attacks=wanted, layers=layers)}


def unboxed(layers: Layer, names: list[str]) -> dict[str, str]:
    """What they achieved without bubblewrap, in a process tree with namespaces of its own."""
    whose = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    command = ["unshare", *whose, *NAMESPACES, sys.executable, str(UNBOXED), str(layers.value), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_any_layer_every_attack_gets_through():
    names = [attack.name for attack in ATTACKS if attack not in BOUNDED_OUTSIDE]
    achieved = unboxed(Layer(0), names)
    assert list(achieved) == names
    assert [name for name, found in achieved.items() if not found] == []


@pytest.mark.parametrize("holder", [Holder.NAMESPACES, Holder.LANDLOCK, Holder.SECCOMP], ids=lambda holder: holder.name.lower())
def test_a_layer_alone_holds_what_it_is_there_for(holder):
    names = [name for name in held_by(holder) if name != "be_unfiltered"]  # that one is about a filter beside the zygote's
    assert unboxed(holder.layer, names) == dict.fromkeys(names, "")


def test_limits_alone_hold_what_they_are_there_for():
    names = held_by(Holder.RLIMITS)  # as a user who is not root, for whom the number of processes is not limited
    assert boxed(Layer.RLIMITS, names) == dict.fromkeys(names, "")


def test_bubblewrap_and_the_grader_hold_theirs_without_any_layer_inside():
    names = held_by(Holder.BUBBLEWRAP, Holder.GRADER)
    assert boxed(Layer(0), names) == dict.fromkeys(names, "")


@pytest.mark.parametrize(
    "layer", [Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP, Layer.RLIMITS], ids=lambda layer: layer.name.lower()
)
def test_what_one_layer_alone_holds_gets_through_when_it_is_off(layer):
    names = [attack.name for attack in ATTACKS if [holder.layer for holder in attack.holders] == [layer]]
    achieved = boxed(ALL & ~layer, names)
    assert [name for name, found in achieved.items() if not found] == []
    assert len(names) > 0


def test_what_the_grader_bounds_from_outside_gets_through_when_it_sets_no_bound():
    free = [replace(attack, memory=1 << 40, nest={}, wall_s=20) for attack in BOUNDED_OUTSIDE if attack.name != "inherited"]
    achieved = {tried.attack.name: tried.found for tried in try_all(Box(), attacks=free, layers=ALL & ~Layer.SECCOMP)}
    assert achieved == {"take_memory": "takes 512 MiB", "take_shared_memory": "takes 512 MiB", "linger": "stays on"}
