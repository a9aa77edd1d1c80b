"""Search and map of a large network: `python -m bench.network [HOLDERS_IN_POSTGRESQL HOLDERS_IN_SQLITE]`.

Two portals are made, one on a PostgreSQL of its own and one on SQLite, filled with holders, and served; then somebody who is
not signed in looks around. Measured are whole requests over loopback, one after the other, each of another content than the
one before.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
from demo.portal import Portal, free_port
from portal.tests.own_postgresql import Server, own_postgresql
from portal.tests.web.small_bank import write_small_bank

from bench.figures import MS, share

HOLDERS = {"postgresql": 100_000, "sqlite": 20_000}
LIMIT_S = 0.100
TIMES = 24
FIRST_PORT = 8650
NAMES = (
    "a",
    "smith",
    "José",
    "김",
    "민준",
    "王伟",
    "محمد",
    "maria o",
    "Иван",
    "नहीं",
    "zoë",
    "nguyễn",
    "obrien",
    "james smith",
    "さく",
)
HEADLINES = (
    "machine learning engineer",
    "engineer",
    "data",
    "vision",
    "time series",
    "learning",
    "시계열",
    "机器学习",
    "данных",
    "kim engineer",
    "open to work",
    "i",
    "causal inference for farms",
)
COUNTRIES = ("US", "IN", "KR", "CN", "LU", "TV", "BR", "FR", "JP")
SKILLS = ("A1", "B6", "B10", "C3", "D2", "E5")
PROGRAMS = tuple(f"measured-{number}" for number in range(6))
LOOKS: dict[str, tuple[str, ...]] = {
    "everybody": ("/network/",),
    "by name": tuple(f"/network/?{urlencode({'name': name})}" for name in NAMES),
    "by headline": tuple(f"/network/?{urlencode({'name': words})}" for words in HEADLINES),
    "by country": tuple(f"/network/?country={country}" for country in COUNTRIES),
    "by skill": tuple(f"/network/?skill={skill}" for skill in SKILLS),
    "by program": tuple(f"/network/?program={program}" for program in PROGRAMS),
    "by all of them": tuple(
        f"/network/?{urlencode({'name': name, 'country': country, 'skill': skill, 'program': program})}"
        for name, country, skill, program in zip(NAMES, COUNTRIES, SKILLS, PROGRAMS, strict=False)
    ),
    "page 5": tuple(f"/network/?{query}&page=5" for query in ("", "country=US", "skill=B6", "name=a", "program=measured-1")),
    "the map": ("/network/map/",),
}


@contextmanager
def served(holders: int, database: str = "") -> Iterator[Portal]:
    """A portal with so many holders, served inside the block; `database` is a table for its `portal.toml`."""
    with tempfile.TemporaryDirectory(prefix="guildmark-bench-") as name:
        portal = Portal(Path(name, "data"), free_port(FIRST_PORT))
        portal.data.mkdir(mode=0o700)
        (portal.data / "portal.toml").write_text(f'url = "{portal.url}"\norganisation = "Measured"\n{database}')
        bank = Path(name, "bank")
        bank.mkdir()
        write_small_bank(bank)
        portal.init(bank)
        subprocess.run([sys.executable, "-m", "bench.holders", str(portal.data), str(holders)], check=True)
        os.environ["GUILDMARK_GRADER_COMMAND"] = f"{sys.executable} -m bench.timed_grader 1 {os.devnull}"
        portal.start()
        try:
            yield portal
        finally:
            portal.stop()


def looked(portal: Portal) -> dict[str, list[float]]:
    """How long each kind of look took, in seconds, `TIMES` times each; the first look of a kind warms up and is not counted."""
    found: dict[str, list[float]] = {}
    with httpx.Client(base_url=portal.url, timeout=60, trust_env=False) as http:
        for what, addresses in LOOKS.items():
            for turn in range(TIMES + 1):
                began = time.perf_counter()
                answer = http.get(addresses[turn % len(addresses)])
                taken = time.perf_counter() - began
                answer.raise_for_status()
                if turn:
                    found.setdefault(what, []).append(taken)
    return found


def told(engine: str, holders: int, found: dict[str, list[float]]) -> bool:
    """Print the figures; whether every median is within the limit."""
    print(f"{engine}, {holders:,} holders: whole requests, {TIMES} of each, at most {LIMIT_S * MS:.0f} ms in the median")
    kept = True
    for what, values in found.items():
        median, late = share(values, 0.5), share(values, 0.95)
        kept &= median <= LIMIT_S
        print(
            f"  {what:<16} median {median * MS:4.0f} ms, p95 {late * MS:4.0f} ms: {'kept' if median <= LIMIT_S else 'MISSED'}"
        )
    return kept


def main() -> int:
    """Measure and print. Returns 1 where a limit is missed."""
    counts = dict(zip(HOLDERS, map(int, sys.argv[1:]), strict=False)) or HOLDERS
    kept = True
    if count := counts.get("postgresql"):
        with own_postgresql(settings=()) as server, served(count, _database(server)) as portal:
            kept &= told("PostgreSQL", count, looked(portal))
    if count := counts.get("sqlite"):
        with served(count) as portal:
            kept &= told("SQLite", count, looked(portal))
    return 0 if kept else 1


def _database(server: Server) -> str:
    server.create("network")
    return server.config("network")


if __name__ == "__main__":
    sys.exit(main())
