"""Runs the attacks in workers as they are born for strangers' models, and judges whether each was held."""

import contextlib
import os
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from guildmark.errors import OurFault
from guildmark.i18n import _, mark
from guildmark_grader.inside.lockdown import ALL, Layer
from guildmark_grader.sandbox import Box, Ended, Job, Nest, Outcome, WorkerLost, Zygote
from guildmark_grader.selfcheck import targets
from guildmark_grader.selfcheck.catalogue import ATTACKS, Attack
from guildmark_grader.worker.request import Program

PROBES = Path(__file__).with_name("attacks.py")

_EOF_WAIT_MS = 500
_SIBLING_WAIT_S = 10.0
_OF_SIBLINGS = frozenset({"read_sibling", "reach_sibling"})


@dataclass(frozen=True)
class Tried:
    """An attack that was tried; `found` is what it achieved, or why it could not be judged, and empty where it was held."""

    attack: Attack
    found: str

    @property
    def is_held(self) -> bool:
        """Whether it achieved nothing."""
        return not self.found


class BoxNotWhole(OurFault):
    """The box is not whole on this host, so nobody's models are graded here."""

    default_next_step = mark("See what is missing with: guildmark-grader doctor")


def try_all(
    box: Box, *, attacks: Iterable[Attack] = ATTACKS, layers: Layer = ALL, begin: Callable[[Attack], None] | None = None
) -> Iterator[Tried]:
    """Every attack in a worker with `layers`, one after the other. `begin` hears of each before it is tried.

    Raises `BoxFault` and its like where no worker stands.
    """
    uid = box.uid if os.geteuid() == 0 and not box.is_insecure else None
    with _probing(box) as zygote, targets.standing(uid) as aims:
        for attack in attacks:
            if begin is not None:
                begin(attack)
            yield Tried(attack, _found(zygote, attack, aims, layers))


def require_whole(box: Box, *, layers: Layer = ALL) -> None:
    """Raise `BoxNotWhole` if one of the quick attacks gets through, `BoxFault` and its like where no worker stands."""
    quick = [attack for attack in ATTACKS if attack.is_quick]
    breached = [tried for tried in try_all(box, attacks=quick, layers=layers) if not tried.is_held]
    if breached:
        raise BoxNotWhole(
            _("The box is not whole on this host, so nobody's models are graded here: {attacks}.").format(
                attacks="; ".join(f"{_(tried.attack.title)} ({tried.found})" for tried in breached)
            )
        )


@contextmanager
def _probing(box: Box) -> Iterator[Zygote]:
    zygote = box.zygote(Program.PROBE, probes=PROBES)
    try:
        yield zygote
    finally:
        zygote.close()


def _found(zygote: Zygote, attack: Attack, aims: targets.Targets, layers: Layer) -> str:
    with ExitStack() as stack:
        if attack.name in _OF_SIBLINGS:
            stack.enter_context(_sibling(zygote, aims, layers))
        witness = stack.enter_context(_Witness())
        with zygote.bear(Nest(layers=layers, **attack.nest)) as child:
            try:
                outcome = child.run(_job(attack, aims, witness))
            except WorkerLost as lost:  # the kernel ended it, which is one way to hold an attack
                outcome = lost.outcome
        return witness.testimony() or _judged(attack, outcome)


def _job(attack: Attack, aims: targets.Targets, witness: "_Witness") -> Job:
    return Job(
        request=f"{attack.name}\n{aims.argument}".encode(),
        files=(witness.inner, aims.readable, aims.memory),
        predictions_bytes=0,
        wall_s=attack.wall_s,
        memory=attack.memory,
    )


def _judged(attack: Attack, outcome: Outcome) -> str:
    """What an attack achieved, by its answer and its end."""
    if outcome.reply is not None and outcome.reply.words:
        return outcome.reply.words
    if outcome.ended in attack.ends:
        return ""
    last = outcome.log.strip().splitlines()[-1:] or [""]
    return f"{outcome.ended.value} {last[0]}".strip()


class _Witness:
    """A pipe that a worker is given the inner end of."""

    def __init__(self) -> None:
        self._outer, self.inner = os.pipe()
        self._is_inner_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close_inner()
        os.close(self._outer)

    def _close_inner(self) -> None:
        if self._is_inner_open:
            self._is_inner_open = False
            os.close(self.inner)

    def testimony(self) -> str:
        """What it says once the worker is gone: empty if nobody holds it and nobody wrote to it."""
        self._close_inner()
        poll = select.poll()
        poll.register(self._outer, select.POLLIN)
        if not poll.poll(_EOF_WAIT_MS):
            return "something outlived its worker"
        said = os.read(self._outer, 64)
        return said.decode("ascii", "backslashreplace")


@contextmanager
def _sibling(zygote: Zygote, aims: targets.Targets, layers: Layer) -> Iterator[None]:
    """Another worker, with what it could make of its own."""
    ours, theirs = socket.socketpair()
    ready, inner = os.pipe()
    with ours, theirs, zygote.bear(Nest(layers=layers)) as child:
        job = Job(
            request=f"be_a_sibling\n{aims.argument}".encode(),
            files=(inner,),
            predictions_bytes=0,
            wall_s=_SIBLING_WAIT_S,
            memory=1 << 30,
            asker=ours,
        )
        outcomes: list[Outcome] = []
        running = threading.Thread(target=lambda: outcomes.append(child.run(job)))
        running.start()
        try:
            _wait_for(ready)
            yield
        finally:
            theirs.close()
            running.join()
            os.close(ready)
            os.close(inner)
    if [outcome.ended for outcome in outcomes] != [Ended.ABANDONED]:
        raise SiblingLost


class SiblingLost(OurFault):
    """A worker that was to be attacked ended by itself."""


def _wait_for(ready: int) -> None:
    poll = select.poll()
    poll.register(ready, select.POLLIN)
    with contextlib.suppress(OSError):
        if poll.poll(int(_SIBLING_WAIT_S * 1000)):
            os.read(ready, 1)
