"""The layers of the box one at a time: each holds by itself what it is there for."""

import pytest
from tests.hostile.probe_cases import HOSTS_MAY_REFUSE, PROBES

from guildmark_grader.inside.lockdown import Layer

LAYERS = {"N": Layer.NAMESPACES, "L": Layer.LANDLOCK, "S": Layer.SECCOMP, "R": Layer.RLIMITS}
IN_BUBBLEWRAP = {"b": Layer(0), "r": Layer.RLIMITS}

ALONE = [(probe, LAYERS[letter]) for probe in PROBES for letter in probe.held_by if letter in LAYERS]
IN_A_WORKER = [(probe, IN_BUBBLEWRAP[letter]) for probe in PROBES for letter in probe.held_by if letter in IN_BUBBLEWRAP]


def names(rows):
    return [f"{probe.name}-{layer.name.lower() if layer else 'bubblewrap'}" for probe, layer in rows]


@pytest.mark.parametrize(("probe", "layer"), ALONE, ids=names(ALONE))
def test_x11_a_layer_holds_by_itself(probe, layer, bare):
    answer = bare.get((probe, layer))
    if answer is None:
        pytest.skip("only root can try an administrator's call")
    assert answer.startswith(("held", "died"))


@pytest.mark.parametrize(("probe", "layer"), IN_A_WORKER, ids=names(IN_A_WORKER))
def test_x11_bubblewrap_holds_with_no_layer_of_the_workers(probe, layer, workers):
    assert workers.answer(probe.module, probe.name, layers=layer).startswith("held")


@pytest.mark.parametrize("layer", LAYERS.values(), ids=[layer.name.lower() for layer in LAYERS.values()])
def test_x11_a_layer_is_really_alone(layer, workers):
    """What another layer is there for gets through: so the tests above tried that layer and no other."""
    others = {
        Layer.NAMESPACES: ("processes", "fork"),
        Layer.LANDLOCK: ("processes", "facts_of_its_own_process"),
        Layer.SECCOMP: ("amounts", "many_descriptors"),
        Layer.RLIMITS: ("files", "devices"),
    }
    assert workers.answer(*others[layer], layers=layer).startswith("breached")


def test_x11_every_probe_is_held_by_something_that_was_tried_alone():
    assert [probe.name for probe in PROBES if not probe.held_by] == []
    assert {letter for probe in PROBES for letter in probe.held_by} == {*LAYERS, *IN_BUBBLEWRAP}
    assert [name for name in HOSTS_MAY_REFUSE if name not in {probe.name for probe in PROBES}] == []
