"""Two hundred exam pages that live at once on this machine: `python -m bench.live_pages [PAGES]`.

Every page holds its stream open, and was sent what it shows. Then models are handed in over all of them, five a second, and
each is followed until its page was sent that it arrived, and its score. Measured is how long that took from the instants that
the portal wrote down itself: when the last byte arrived, and when the report was recorded. Both lie before the commit, so what
is printed is the more.
"""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from bench.figures import kept, share, tell
from bench.served import Candidate, Measured, measured

PAGES = 200
A_SECOND = 5
SECONDS = 30
TAKES_S = 0.2
LIMIT_S = 0.250
CSRF = "c" * 32
NEWEST = re.compile(r'data-submission="([0-9a-f-]{36})"')
SCORE = re.compile(r'class="score-number"[^>]*>[0-5]/5')
RECORDED = """
import json, sys
from pathlib import Path
from guildmark_portal.cli.options import use_django
use_django(Path(sys.argv[1]))
from guildmark_portal.exams.models import Report
found = Report.objects.select_related("submission").all()
print(json.dumps([[str(r.submission_id), r.submission.received_at.isoformat(), r.recorded_at.isoformat()] for r in found]))
"""


@dataclass
class Seen:
    """When each submission was first seen on its page, and when with its score."""

    arrived: dict[str, float] = field(default_factory=dict)
    scored: dict[str, float] = field(default_factory=dict)
    open: int = 0


async def follow(http: httpx.AsyncClient, candidate: Candidate, seen: Seen) -> None:
    """Hold the page's stream open, and note what comes."""
    async with http.stream("GET", f"/exam/{candidate.attempt}/live/", cookies={"sessionid": candidate.session}) as stream:
        stream.raise_for_status()
        is_first = True
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                seen.open += is_first
                is_first = False
                _note(json.loads(line.removeprefix("data: "))["parts"].get("newest-category1", ""), seen, at=time.time())


def _note(newest: str, seen: Seen, *, at: float) -> None:
    if submission := NEWEST.search(newest):
        seen.arrived.setdefault(submission[1], at)
        if SCORE.search(newest):
            seen.scored.setdefault(submission[1], at)


async def hand_in(http: httpx.AsyncClient, candidate: Candidate, content: bytes) -> None:
    """Submit `content` to the first category, as the page does."""
    about = {"category": b"category1", "filename": b"model.keras", "sha256": hashlib.sha256(content).hexdigest().encode()}
    tus = {"Tus-Resumable": "1.0.0", "Guildmark-Protocol": "1", "X-CSRFToken": CSRF}
    cookies = {"sessionid": candidate.session, "csrftoken": CSRF}
    metadata = ",".join(f"{name} {b64encode(value).decode()}" for name, value in about.items())
    announced = {**tus, "Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    opened = await http.post(f"/api/v1/attempts/{candidate.attempt}/uploads", headers=announced, cookies=cookies)
    opened.raise_for_status()
    sending = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    (await http.patch(opened.headers["Location"], content=content, headers=sending, cookies=cookies)).raise_for_status()


async def measure(found: Measured) -> Seen:
    """Open the pages, hand in, and wait for every score."""
    seen, limits = Seen(), httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=found.portal.url, limits=limits, timeout=60, trust_env=False) as http:
        pages = [asyncio.create_task(follow(http, candidate, seen)) for candidate in found.candidates]
        await _until(lambda: seen.open == len(pages))
        sent = []
        for number in range(A_SECOND * SECONDS):
            candidate = found.candidates[number % len(pages)]
            sent.append(asyncio.create_task(hand_in(http, candidate, f"score {number % 5} of {number}".encode())))
            await asyncio.sleep(1 / A_SECOND)
        await asyncio.gather(*sent)
        await _until(lambda: len(seen.scored) == len(sent))
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
    return seen


async def _until(reached: Callable[[], bool]) -> None:
    for _ in range(600):
        if reached():
            return
        await asyncio.sleep(0.1)


def main() -> int:
    """Measure and print. Returns 1 where the limit is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    with measured(candidates=count, takes_s=TAKES_S, slots=2) as found:
        used_s, began = found.processor_s(), time.monotonic()
        seen = asyncio.run(measure(found))
        used = (found.processor_s() - used_s) / (time.monotonic() - began)
        command = [sys.executable, "-c", RECORDED, str(found.portal.data)]
        rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    if len(seen.scored) != A_SECOND * SECONDS:
        print(f"{A_SECOND * SECONDS - len(seen.scored)} scores never came to their pages.")
        return 1
    written = {one: tuple(datetime.fromisoformat(at).timestamp() for at in ats) for one, *ats in rows}
    arrivals = [at - written[one][0] for one, at in seen.arrived.items()]
    scores = [at - written[one][1] for one, at in seen.scored.items()]
    print(f"{count} pages live, {A_SECOND} models a second, {100 * used:.0f} % of one processor used by the portal")
    tell("From the last byte to the page", arrivals)
    tell("From the report to the page", scores)
    return 0 if kept("The 99th of 100", share(arrivals + scores, 0.99), limit_s=LIMIT_S) else 1


if __name__ == "__main__":
    sys.exit(main())
