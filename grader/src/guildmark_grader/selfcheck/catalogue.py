"""Every attack of the self-check: its name in `attacks`, what it is called, what holds it, within which bounds it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from guildmark.i18n import mark
from guildmark_grader.inside.lockdown import Layer
from guildmark_grader.sandbox import MIB, Ended


class Holder(Enum):
    """What holds an attack, each by itself. The tests of the box try every one alone."""

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LANDLOCK = "Landlock"
    SECCOMP = "seccomp"
    RLIMITS = "limits"
    GRADER = "the grader"

    @property
    def layer(self) -> Layer | None:
        """The layer of a worker that it is; None for what holds around the worker."""
        layers = {Holder.NAMESPACES: Layer.NAMESPACES, Holder.LANDLOCK: Layer.LANDLOCK}
        return (layers | {Holder.SECCOMP: Layer.SECCOMP, Holder.RLIMITS: Layer.RLIMITS}).get(self)


@dataclass(frozen=True)
class Attack:
    """One attack. `ends` are the ways to end that show that it was held, beside an answer that claims nothing.

    `wall_s` and `memory` (bytes) bound its job, `nest` its worker. `is_quick` ones are tried before `serve` listens.
    """

    name: str
    title: str
    group: str
    holders: tuple[Holder, ...]
    ends: frozenset[Ended] = frozenset({Ended.REPLIED})
    wall_s: float = 5.0
    memory: int = 1024 * MIB
    nest: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    is_quick: bool = False


_B, _N, _L, _S, _R, _G = Holder
_OTHERS, _NETWORK, _FILES = mark("Other processes"), mark("Network"), mark("Files")
_POWERS, _MACHINE, _SIBLINGS = mark("Powers"), mark("What a machine has"), mark("Another worker")
_REPLIED, _DIED = Ended.REPLIED, Ended.DIED

ATTACKS: Final = (
    Attack("signal_others", mark("Signals to other processes"), _OTHERS, (_N, _L, _S), is_quick=True),
    Attack("trace_others", mark("Tracing them, reading their memory"), _OTHERS, (_B, _N, _L, _S), is_quick=True),
    Attack("see_others", mark("Seeing them in /proc"), _OTHERS, (_N,), is_quick=True),
    Attack("fork", mark("Forking"), _OTHERS, (_S,), is_quick=True),
    Attack("execute", mark("Running another program"), _OTHERS, (_B, _L, _S), is_quick=True),
    Attack("outlive", mark("A daemon that outlives its worker"), _OTHERS, (_N, _S)),
    Attack("reach_network", mark("TCP and UDP"), _NETWORK, (_B, _N, _S), is_quick=True),
    Attack("reach_sockets", mark("Sockets of this host, by path and by abstract name"), _NETWORK, (_B, _S), is_quick=True),
    Attack("make_sockets", mark("Sockets of rare families: vsock, netlink, packet, alg"), _NETWORK, (_B, _S)),
    Attack("read_outside", mark("Reading files of the host"), _FILES, (_B, _L), is_quick=True),
    Attack("look_around", mark("Looking around in the box"), _FILES, (_L,), is_quick=True),
    Attack("write_outside", mark("Writing outside of the scratch folder"), _FILES, (_B, _L), is_quick=True),
    Attack("tamper", mark("Changing what lies behind a descriptor of the job"), _FILES, (_S,)),
    Attack("inherited", mark("Descriptors that no job brought"), _FILES, (_G,), is_quick=True),
    Attack("gain_powers", mark("Capabilities, other users and groups"), _POWERS, (_B,), is_quick=True),
    Attack("share_processes", mark("A process namespace that is not its own"), _POWERS, (_N,), is_quick=True),
    Attack("be_unfiltered", mark("Running without a filter of its own"), _POWERS, (_S,), is_quick=True),
    Attack("know_host", mark("The host's name, environment and log"), _POWERS, (_B,)),
    Attack("make_namespaces", mark("New namespaces"), _POWERS, (_S,), is_quick=True),
    Attack("mount", mark("Mounting"), _POWERS, (_B, _N, _L, _S), is_quick=True),
    Attack("rare_calls", mark("io_uring, keyrings, bpf, perf, userfaultfd"), _POWERS, (_B, _S), is_quick=True),
    Attack("raise_limits", mark("Raising its limits"), _POWERS, (_R,), is_quick=True),
    Attack(
        "take_memory",
        mark("Memory"),
        _MACHINE,
        (_R, _G),
        ends=frozenset({_REPLIED, _DIED, Ended.OVER_MEMORY}),
        memory=96 * MIB,
        nest={"memory": 96 * MIB},
    ),
    Attack(
        "take_shared_memory",
        mark("Memory in shared mappings"),
        _MACHINE,
        (_S, _G),
        ends=frozenset({_REPLIED, Ended.OVER_MEMORY}),
        memory=96 * MIB,
    ),
    Attack("hide_memory", mark("Memory that is dropped from sight"), _MACHINE, (_S,), memory=96 * MIB),
    Attack("hide_memory_in_device", mark("The same, from a device"), _MACHINE, (_L,), memory=96 * MIB),
    Attack("take_addresses", mark("Addresses without memory"), _MACHINE, (_R,), nest={"memory": 96 * MIB}),
    Attack("fill_one_file", mark("Disk, in one file"), _MACHINE, (_B, _N, _R), nest={"scratch": 32 * MIB}),
    Attack("fill_many_files", mark("Disk, in many files"), _MACHINE, (_B, _N), nest={"scratch": 32 * MIB}),
    Attack("start_threads", mark("Threads"), _MACHINE, (_R,), nest={"processes": 64}),
    Attack("open_files", mark("Open files"), _MACHINE, (_R,), nest={"open_files": 64}),
    Attack("compute", mark("Processor time"), _MACHINE, (_R,), ends=frozenset({_DIED}), nest={"cpu_s": 0}),
    Attack("linger", mark("Time"), _MACHINE, (_G,), ends=frozenset({Ended.TIMED_OUT}), wall_s=0.5),
    Attack("read_sibling", mark("Files of a worker beside it"), _SIBLINGS, (_N, _L), is_quick=True),
    Attack("reach_sibling", mark("Its shared memory and its sockets"), _SIBLINGS, (_B, _N, _S)),
)
