"""Several tools on one exam folder, each a process: run by `test_several_tools.py`, as forks of one interpreter.

    python tools_at_once.py submit FOLDER CATEGORY FILE ...     submit each file in a process of its own, all at once
    python tools_at_once.py flush FOLDER N                      send what waits from N processes at once
    python tools_at_once.py die FOLDER WHAT STEP FILE           do WHAT and be killed at the STEPth operation on a file

What came of it is printed as JSON: a line for each process, or whether it was killed.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import contextmanager, nullcontext
from pathlib import Path

from guildmark.client.locks import one_at_a_time
from guildmark.client.session import Session
from guildmark.client.transport import Patience

_OPERATIONS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate")


def in_processes(works, meeting=None):
    """What each of `works` gives, run at the same moment in processes of their own, while the parent is in `meeting`."""
    gate, opened = os.pipe()
    readers = []
    for work in works:
        answer, told = os.pipe()
        if os.fork() == 0:
            os.close(opened)
            os.read(gate, 1)  # until the parent opens the gate
            try:
                said = work()
            except BaseException as error:  # noqa: BLE001 - the test reads it
                traceback.print_exc()
                said = {"raised": type(error).__name__}
            os.write(told, json.dumps(said).encode())
            os._exit(0)
        os.close(told)
        readers.append(answer)
    with meeting or nullcontext():
        os.close(opened)
    for reader in readers:
        with os.fdopen(reader, "rb") as stream:
            print(stream.read().decode())  # noqa: T201 - the test reads it
        os.wait()


def submit(folder, category, files):
    here, came = os.pipe()

    def one(path):
        with Session.open(folder) as session:
            state = session.submit(category, path, wait=False, held_up=lambda: os.write(came, b"."))
            return {"submission": state.id, "sha256": state.sha256}

    @contextmanager
    def all_of_them():
        """Nobody's turn, until everybody waits for it: else the first may be done before the last has begun."""
        with Session.open(folder) as session, one_at_a_time(session.workspace, session.workspace.category(category).id):
            yield
            os.close(came)
            for _each in files:
                os.read(here, 1)

    in_processes([lambda path=Path(file): one(path) for file in files], all_of_them())


def flush(folder, count):
    def one():
        with Session.open(folder) as session:
            emptied = session.send_waiting()
            return {"sent": [state.id for state in emptied.sent], "stopped": str(emptied.stopped_by or "")}

    in_processes([one] * count)


def die(folder, what, step, file):
    """Killed at the `step`th time that a file of the exam folder is opened, made, moved or removed; else done."""
    session = Session.open(folder, patience=Patience(waits_s=()))
    child = os.fork()
    if child == 0:
        left = step

        def watch(event, args):
            nonlocal left
            if event in _OPERATIONS and args and ".guildmark" in str(args[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            {
                "keep": lambda: session.keep_for_later("1", file),
                "flush": session.send_waiting,
                "submit": lambda: session.submit("1", file, wait=False),
            }[what]()
        except BaseException:  # noqa: BLE001 - the test reads it
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    print(json.dumps({"killed": os.WIFSIGNALED(status), "status": status}))  # noqa: T201 - as above


if __name__ == "__main__":
    verb, where, *rest = sys.argv[1:]
    here = Path(where)
    if verb == "submit":
        submit(here, rest[0], rest[1:])
    elif verb == "flush":
        flush(here, int(rest[0]))
    else:
        for line in sys.stdin:  # a step and a file at a time, so that one interpreter does for all
            at, path = line.split(" ", 1)
            die(here, rest[0], int(at), Path(path.strip()))
            sys.stdout.flush()
