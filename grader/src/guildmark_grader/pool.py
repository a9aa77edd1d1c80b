"""Zygotes and warm, single-use workers: kept ready while nothing runs, forked on demand when something does.

Theory of operation. One thread, the keeper, starts everything that lives long: a zygote dies with the thread that started it.
Whoever needs a worker takes a spare, or lets the zygote fork one; a zygote that is missing is asked for, and
waited for. While no job runs, the keeper bears spares and lets them warm up, up to so many for each program in use and so
many in all, which bounds the memory. A zygote that died takes its spares along, and the next job has it replaced.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from guildmark.errors import GuildmarkError
from guildmark_grader.sandbox import MIB, Box, BoxFault, Child, Job, Nest, Outcome, WorkerLost, Zygote
from guildmark_grader.worker.request import Program

logger = logging.getLogger(__name__)

_SPARE_SCRATCH = 512 * MIB
_SPARES_IN_ALL = 6
_TRIES = 3
_PAUSE_S = 5.0


class Pool:
    """Runs jobs in workers, each in one of its own. Safe for threads; used as a context.

    `spares` is how many workers of each program wait at most, `threads` with how many threads each computes.
    """

    def __init__(self, box: Box, *, threads: int = 2, spares: int = 0) -> None:
        self._box, self._threads, self._spares_wanted = box, threads, spares
        self._changed = threading.Condition()
        # All that follows is guarded by _changed.
        self._zygotes: dict[Program, Zygote] = {}
        self._spares: defaultdict[Program, list[Child]] = defaultdict(list)
        self._asked_for: list[Program] = []
        self._refused: dict[Program, GuildmarkError] = {}
        self._running = 0
        self._is_closed = False
        self._keeper = threading.Thread(target=self._keep, name="pool-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._keeper.join()

    def prepare(self, programs: Iterable[Program]) -> None:
        """Have zygotes of `programs` started, and return at once."""
        with self._changed:
            self._asked_for += programs
            self._changed.notify_all()

    def check(self) -> None:
        """Raise `BoxFault` and its like unless a worker stands on this host."""
        with self._worker(Program.INSPECT, _SPARE_SCRATCH) as child:
            child.wait_until_ready()

    def run(self, program: Program, job: Job, *, scratch: int = _SPARE_SCRATCH, threads: int | None = None) -> Outcome:
        """Run `job` in a worker with a scratch folder of at least `scratch` bytes, which computes with `threads` if given.

        A worker that is lost is replaced. One that is lost in the middle of the job each time, while its zygote lives, was lost
        by the job's own doing. Raises `BoxFault` and its like if none can be had.
        """
        with self._busy():
            started, lost = time.monotonic(), 0
            while True:
                lost_s = time.monotonic() - started if lost else 0.0
                with self._worker(program, scratch, threads, may_be_spare=not lost) as child:
                    try:
                        return replace(child.run(job), lost_s=lost_s)
                    except BoxFault as fault:
                        logger.warning("%s", fault)
                        lost += 1
                        if lost == _TRIES and isinstance(fault, WorkerLost) and self._is_alive(program):
                            return replace(fault.outcome, lost_s=lost_s)
                        if lost == _TRIES:
                            raise

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _worker(self, program: Program, scratch: int, threads: int | None = None, *, may_be_spare: bool = True) -> Child:
        may_be_spare = may_be_spare and threads in (None, self._threads) and scratch <= _SPARE_SCRATCH
        with self._changed:
            while may_be_spare and self._spares[program]:
                child = self._spares[program].pop()
                if self._is_alive(program) and child.is_alive:
                    return child
                child.close()
        nest = Nest(scratch=scratch, threads=threads or self._threads)
        try:
            return self._zygote(program).bear(nest)
        except BoxFault as fault:
            if self._is_alive(program):
                raise
            logger.warning("a zygote was lost: %s", fault)
            return self._zygote(program).bear(nest)

    def _is_alive(self, program: Program) -> bool:
        zygote = self._zygotes.get(program)
        return zygote is not None and zygote.is_alive

    def _zygote(self, program: Program) -> Zygote:
        """The living zygote of `program`, once the keeper has it. Raises why it cannot be had."""
        with self._changed:
            if not self._is_alive(program):
                self._refused.pop(program, None)
                self._asked_for.append(program)
                self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_alive(program) or program in self._refused or self._is_closed)
            if program in self._refused:
                raise self._refused[program]
            if self._is_closed:
                raise BoxFault("the pool is closed")
            return self._zygotes[program]

    def _keep(self) -> None:
        while True:
            with self._changed:
                while not (self._is_closed or self._asked_for or self._lacking() is not None):
                    self._changed.wait()
                if self._is_closed:
                    break
                program = self._asked_for.pop(0) if self._asked_for else None
                lacking = self._lacking()
            if program is not None:
                self._start(program)
            elif lacking is not None:
                self._bear_spare(lacking)
        for children in self._spares.values():
            for child in children:
                child.close()
        for zygote in self._zygotes.values():
            zygote.close()

    def _lacking(self) -> Program | None:
        """A program that should have a spare more; None while anything runs."""
        if self._running or sum(map(len, self._spares.values())) >= _SPARES_IN_ALL:
            return None
        lacking = (p for p in self._zygotes if len(self._spares[p]) < self._spares_wanted and self._is_alive(p))
        return min(lacking, key=lambda program: len(self._spares[program]), default=None)

    def _start(self, program: Program) -> None:
        with self._changed:
            if self._is_alive(program):
                return
            old, spares = self._zygotes.pop(program, None), self._spares.pop(program, [])
        if old is not None:
            logger.warning("the zygote of %s died and is replaced", program.value)
            for child in spares:
                child.close()
            old.close()
        try:
            zygote = self._box.zygote(program, threads=self._threads)
        except (GuildmarkError, OSError) as error:
            with self._changed:
                self._refused[program] = error if isinstance(error, GuildmarkError) else BoxFault(str(error))
                self._changed.notify_all()
            return
        with self._changed:
            self._zygotes[program] = zygote
            self._refused.pop(program, None)
            self._changed.notify_all()

    def _bear_spare(self, program: Program) -> None:
        with self._changed:
            zygote = self._zygotes[program]
        try:
            child = zygote.bear(Nest(scratch=_SPARE_SCRATCH, threads=self._threads, is_warm=True))
            try:
                child.wait_until_ready()
            except BaseException:
                child.close()
                raise
        except (BoxFault, OSError) as fault:
            logger.warning("no spare of %s: %s", program.value, fault)
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or bool(self._asked_for), _PAUSE_S)
            return
        with self._changed:
            self._spares[program].append(child)
