"""Trains references, each in a process of its own, as a candidate would run it: in a folder with the public files.

The processes are forked from a server that has imported TensorFlow and computed nothing, which saves its import each time. A
reference may import the starter and the pack's own public modules; it leaves a model behind.
"""

import contextlib
import importlib.util
import os
import random
import resource
import runpy
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path

from guildmark.errors import PackUnreadable
from guildmark.i18n import _
from guildmark.packs.model import ReferenceSpec
from guildmark.packs.names import model_names
from guildmark.packs.reader import Form
from guildmark.rules.contract import ModelFormat
from guildmark_grader.authoring.processes import deaf_to_ctrl_c, tied_to_parent, watched

TRAINING_LIMIT_S = 1200
_LONGEST_FOLDER = 64  # bytes; a socket's address has 104 on macOS and 108 on Linux, and two names follow
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["guildmark_grader.authoring.preloaded"])


@dataclass(frozen=True)
class Trained:
    """The model that a reference left, and what it took: seconds of the clock and of all processors, without imports."""

    model: Path
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class _Ended:
    """How a script ended: the last line of what went wrong, if anything did."""

    error: str | None
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def start_server() -> None:
    """Have the server that trainings are forked from, which lives as long as the thread that starts it: so the main one."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the server has it from here, before it imports anything
    resource_tracker.ensure_running()  # it would let Ctrl+C through again if it began in there
    with deaf_to_ctrl_c(), _short_temporary_folder():
        ensure_running()


@contextlib.contextmanager
def _short_temporary_folder() -> Iterator[None]:
    """For the server's socket, whose address the kernel limits: the system's folder where the usual one has too long a path."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) > _LONGEST_FOLDER:
        tempfile.tempdir = "/tmp"  # noqa: S108 - multiprocessing makes a folder of its own in it
    try:
        yield
    finally:
        tempfile.tempdir = usual


@contextlib.contextmanager
def trained(
    form: Form, reference: ReferenceSpec, public: Mapping[str, bytes], *, seed: int = 0, threads: int = 1
) -> Iterator[Trained]:
    """Run `reference` beside the files `public`; its model is there for as long as the context.

    Raises `PackUnreadable` if it leaves none.
    """
    folder = Path(tempfile.mkdtemp(prefix="guildmark-reference-"))
    try:
        for name, content in public.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        ended = _run(form.folder / "reference" / reference.solution, folder, seed, threads)
        # A reference may show that a format is refused, so all are looked for; those that the task takes come first.
        names = dict.fromkeys(model_names((*form.task.formats, *ModelFormat)))
        models = [folder / name for name in names if (folder / name).is_file()]
        if ended.error is not None or not models:
            raise _no_model(form, reference, ended.error or _("it ended without one"))
        yield Trained(models[0], ended.seconds, ended.cpu_seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(script: Path, folder: Path, seed: int, threads: int) -> _Ended:
    start_server()  # if it was lost
    here, there = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_in_child, args=(script.resolve(), folder, seed, threads, there), daemon=True)
    process.start()
    there.close()
    with here, watched(process.kill):
        try:
            ended = here.recv() if here.poll(TRAINING_LIMIT_S) else None
        except EOFError:
            ended = _died(process)
        if ended is None:
            process.kill()
            ended = _Ended(_("it trained for more than {limit} s").format(limit=TRAINING_LIMIT_S))
    process.join()
    return ended


def _died(process: ForkServerProcess) -> _Ended:
    process.join()
    return _Ended(_("it ended with status {status}").format(status=process.exitcode))


def _in_child(script: Path, folder: Path, seed: int, threads: int, answers: Connection) -> None:
    """Run the script as the main program of this process, with its output thrown away, and answer how it ended."""
    tied_to_parent()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    os.chdir(folder)
    sys.argv = [str(script)]
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    _prepare(seed, threads)
    begun, used = time.monotonic(), _cpu_seconds()
    error = None
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ended:
        error = str(ended.code) if ended.code else None
    except BaseException:  # noqa: BLE001 - whatever an author's script raises is told, not raised here
        error = traceback.format_exc().strip().rsplit("\n", 1)[-1]
    answers.send(_Ended(error, time.monotonic() - begun, _cpu_seconds() - used))
    answers.close()
    os._exit(0)  # what was to be done is done: no thread that a script left behind is waited for


def _prepare(seed: int, threads: int) -> None:
    """Seed every generator that Keras draws from, and keep TensorFlow to `threads` threads."""
    random.seed(seed)
    if importlib.util.find_spec("numpy") is not None:
        import numpy as np

        np.random.seed(seed)  # noqa: NPY002 - Keras and ImageDataGenerator draw from this one
    if importlib.util.find_spec("tensorflow") is not None:
        import tensorflow as tf

        tf.random.set_seed(seed)
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _no_model(form: Form, reference: ReferenceSpec, reason: str) -> PackUnreadable:
    message = _("The reference {solution} of {form} left no model: {reason}.")
    return PackUnreadable(
        message.format(solution=reference.solution, form=form.task.id, reason=reason),
        next_step=_("Run it yourself: python {script}, in a folder of public files that PYTHONPATH names too.").format(
            script=f"{form.category}/{form.task.id}/reference/{reference.solution}"
        ),
    )
