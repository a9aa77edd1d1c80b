"""The rehearsal as a front-end has it: each check is told as soon as it is made."""

from collections.abc import Callable
from typing import Any

from guildmark.bridge import documents as doc
from guildmark.bridge.holding import Held
from guildmark.client import doctor, rehearsal
from guildmark.client.connection import clock_check, speed_check
from guildmark.client.health import Check


def rehearse(held: Held, *, told: Callable[[str, dict[str, Any]], object], say: Callable[[str], object]) -> doc.CheckLines:
    """All checks of this machine and of the way to the portal, and a practice submission."""
    lines: list[doc.CheckLine] = []

    def found(check: Check) -> None:
        lines.append(doc.CheckLine(name=check.name, good=check.good, said=check.said, fallback=check.fallback))
        told("check", lines[-1].model_dump(mode="json"))

    session = held.session()
    python = None
    for seen, interpreter in doctor.on_this_machine(held.folder, doctor.pinned_for(held.folder, session)):
        found(seen)
        python = interpreter or python
    found(clock_check(session))
    found(speed_check(session))
    found(rehearsal.practise(session, python, say=say).check)
    return doc.CheckLines(good=all(line.good for line in lines), checks=tuple(lines))
