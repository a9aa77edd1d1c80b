"""Whether this machine is fit for an exam: its Pythons, TensorFlow, GPU, disk, memory and connection, each with what to do.

    machine      Python, disk, memory, proxies
    framework    TensorFlow in the candidate's interpreter
    gpu          whether driver, CUDA and cuDNN go together
    connection   the portal's clock, and how fast a large model travels

Nothing is changed, and nobody has to be signed in: what the portal alone can tell is then a line that says so.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from guildmark.client import gpu
from guildmark.client.connection import clock_check, speed_check
from guildmark.client.environment import requirements_of, whole_environment
from guildmark.client.framework import tensorflow_check
from guildmark.client.health import Check
from guildmark.client.machine import ROOM_BYTES, disk_check, memory_bytes, memory_check, proxy_check, python_check
from guildmark.client.rehearsal import waiting_attempt
from guildmark.client.session import Session
from guildmark.client.workspace import Workspace
from guildmark.errors import GuildmarkError, NoExamHere, UsageError
from guildmark.i18n import _


def examine(folder: Path, session: Session | None, *, refused: UsageError | None = None) -> Iterator[Check]:
    """Look at this machine for the exam in `folder`, else for the one that waits, else for any; line by line.

    `refused` says why there is no session, where that is more than that no portal is known.
    """
    is_reachable = True
    for found, _interpreter in on_this_machine(folder, pinned_for(folder, session)):
        is_reachable = is_reachable and (found.good or found.name != "proxy")
        yield found
    if session is None:
        if is_reachable and refused is not None:
            yield Check("portal", refused.message, refused.next_step)
        elif is_reachable:
            said = _("No portal is known on this machine, so the connection was not looked at.")
            yield Check("portal", said, _("Run: guildmark login --server URL"))
        return
    try:
        yield clock_check(session)
        yield speed_check(session)
    except GuildmarkError as error:
        yield Check("portal", error.message, error.next_step)


def on_this_machine(folder: Path, requirements: str) -> Iterator[tuple[Check, Path | None]]:
    """The lines that need no portal; with that of TensorFlow comes the interpreter that has it."""
    place = folder.resolve()
    there = next(parent for parent in (place, *place.parents) if parent.is_dir())
    yield python_check(requirements), None
    found, framework, interpreter = tensorflow_check(requirements, python=whole_environment(there))
    yield found, interpreter
    yield gpu.gpu_check(framework, gpu.nvidia(), gpu.Platform.here()), None
    yield disk_check(there, room_bytes=ROOM_BYTES), None
    yield memory_check(memory_bytes()), None
    yield proxy_check(os.environ), None


def pinned_for(folder: Path, session: Session | None) -> str:
    """What the exam pins: that in `folder`, else the one that waits for its start, else the first that is offered; or `""`."""
    try:
        return requirements_of(Workspace.containing(folder))
    except NoExamHere:
        pass
    if session is None:
        return ""
    try:
        waiting = waiting_attempt(session)
        programs = session.programs()
    except GuildmarkError:
        return ""
    wanted = waiting.program if waiting else None
    return next((one.requirements for one in programs if wanted in (None, one.slug) and one.requirements), "")
