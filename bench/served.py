"""A portal to measure: made in a folder of its own, with candidates whose clocks run, and a grading that takes a known time."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.portal import Portal, free_port
from portal.tests.web.small_bank import write_small_bank

PROGRAM = "practitioner-demo"
FIRST_PORT = 8600
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Candidate:
    """Somebody who sits the exam: the attempt, and the session of the browser."""

    attempt: str
    session: str


@dataclass
class Measured:
    """A portal that is served, its candidates, and the log of its grading."""

    portal: Portal
    candidates: Sequence[Candidate]
    log: Path

    def gradings(self) -> dict[str, tuple[float, float]]:
        """When the grading of each submission began and ended, in seconds of this machine's clock."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return {submission: (began, ended) for submission, began, ended in lines}

    def processor_s(self) -> float:
        """The seconds of processor time that the portal's process has used."""
        process = self.portal.process
        fields = Path(f"/proc/{process.pid if process else 'self'}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


@contextmanager
def measured(*, candidates: int, takes_s: float, slots: int) -> Iterator[Measured]:
    """Serve such a portal inside the block."""
    with tempfile.TemporaryDirectory(prefix="guildmark-bench-") as name:
        folder = Path(name)
        log = folder / "gradings.jsonl"
        log.touch()
        bank = folder / "bank"
        bank.mkdir()
        write_small_bank(bank)
        os.environ["GUILDMARK_GRADER_COMMAND"] = f"{sys.executable} -m bench.timed_grader {takes_s} {log}"
        portal = Portal(folder / "data", free_port(FIRST_PORT))
        portal.init(bank)
        config = portal.data / "portal.toml"
        config.write_text(config.read_text().replace("grading_slots = 1", f"grading_slots = {slots}"))
        people = _people(portal.data, candidates)
        portal.start()
        try:
            yield Measured(portal, people, log)
        finally:
            portal.stop()


def _people(data: Path, count: int) -> Sequence[Candidate]:
    command = [sys.executable, "-m", "bench.candidates", str(data), PROGRAM, str(count)]
    made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [Candidate(**one) for one in json.loads(made)]
