"""`make demo`: a whole certification, through the real client against the real portal.

    bank       the practitioner exam is built into variants
    portal     a portal is made, the exam published, and served with its grader
    candidate  signs up, signs in from a terminal, starts the exam: five folders arrive
    models     each task is solved as the pack's reference does it, trained, submitted, graded in a box
    decision   the exam is finished; the certificate is fetched and its signature checked

With `--check` the demo ends there, with 0 only after a pass whose certificate was checked; else the portal goes on.
"""

import argparse
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.browser import Browser
from demo.candidate import SOLUTION, Candidate
from demo.portal import OWNER, Portal, free_port, run, serving
from demo.rooms import room
from guildmark.signing import is_signed_by

PACK = Path(__file__).parent.parent / "packs" / "practitioner"
CANDIDATE = "ada@example.org"
VARIANTS = 1
CERTIFICATE_WITHIN_S = 30

console = Console()


def main() -> int:
    """Run the demo. Returns the exit status: 0 after a pass whose certificate was checked."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--check", action="store_true", help="end after the certificate was checked")
    check = parser.parse_args().check
    began = time.monotonic()
    with room() as folder:
        portal = _prepared_portal(folder)
        with serving(portal):
            console.print(f"  The portal listens at [bold]{portal.url}[/]; its log is {portal.log}")
            passed = _sit(portal, folder)
            console.print(f"\nDone in {time.monotonic() - began:.0f} s.")
            if not check:
                _keep_serving(portal)
    return 0 if passed else 1


def _step(title: str) -> None:
    console.print(f"\n[bold]{title}[/]")


def _bars() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("  {task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=False
    )


def _prepared_portal(folder: Path) -> Portal:
    _step("1. The exam is built and published")
    bank = folder / "bank"
    console.print(f"  $ guildmark-grader pack build packs/practitioner --out {bank} --variants {VARIANTS}")
    run("guildmark-grader", "pack", "build", str(PACK), "--out", str(bank), "--variants", str(VARIANTS), quiet=False)
    portal = Portal(data=folder / "data", port=free_port())
    console.print(f"  $ guildmark-portal init && guildmark-portal publish {bank} --kind demo && guildmark-portal serve")
    portal.init(bank)
    return portal


def _sit(portal: Portal, folder: Path) -> bool:
    exam = folder / "exam"
    exam.mkdir()
    candidate = Candidate(email=CANDIDATE, server=portal.url, home=folder / "home", folder=exam)

    _step("2. A candidate signs up in the browser, and signs in from a terminal")
    with closing(Browser(portal.url, read_code=portal.sign_in_code)) as browser:
        browser.sign_up(CANDIDATE, "Ada Lovelace")
        console.print(f"  {CANDIDATE} has an account, confirmed with the code that was mailed.")
        console.print(f"  $ guildmark login --server {portal.url}")
        candidate.login(browser.allow_device)
    console.print("  Allowed in the browser: signed in.")

    _step("3. The exam starts: five folders arrive")
    _type(candidate, "start", "--folder", ".", "--yes")

    _step("4. Five models are trained, submitted, and graded in a box on hidden data")
    for category in sorted(exam.glob("Category*")):
        _train_and_submit(candidate, category)
    _type(candidate, "status")

    _step("5. The exam is finished")
    _type(candidate, "finish", "--yes")
    return _decision(portal, candidate)


def _type(candidate: Candidate, *words: str) -> None:
    console.print(f"  $ guildmark {' '.join(words)}")
    candidate.guildmark(*words)


def _train_and_submit(candidate: Candidate, category: Path) -> None:
    candidate.fill_in(category, PACK)
    with _bars() as bars:
        training = bars.add_task(f"python {category.name}/{SOLUTION}", total=1.0)
        candidate.train(category, lambda share: bars.update(training, completed=share))
    _type(candidate, "submit", category.name.removeprefix("Category"))


def _decision(portal: Portal, candidate: Candidate) -> bool:
    result = _result_with_certificate(candidate)
    table = Table(title="The result", title_justify="left")
    for column in ("Category", "Metric", "Score", "Points"):
        table.add_column(column, justify="left" if column == "Category" else "right")
    for category in result["categories"]:
        metric = category["metric"]
        value = f"{metric['name']} {metric['value']:g} {metric['unit']}".strip() if metric else "none"
        marks = "◆" * category["score"] + "◇" * (5 - category["score"])
        points = f"{category['points']:g} of {category['weight']}"
        table.add_row(f"{category['number']} {category['title']}", value, f"{marks} {category['score']}", points)
    console.print(table)
    total = f"{result['points']:g} of {result['points_possible']} points; {result['pass_mark']} pass"
    if not result["passed"]:
        console.print(f"[bold red]Not passed[/]: {total}.")
        return False
    console.print(f"[bold green]Passed[/]: {total}.")
    return _certificate_holds(portal, result)


def _result_with_certificate(candidate: Candidate) -> dict[str, Any]:
    give_up = time.monotonic() + CERTIFICATE_WITHIN_S
    while True:
        result: dict[str, Any] = candidate.guildmark_json("result")["result"]
        if not result["passed"] or result["certificate_url"] or time.monotonic() > give_up:
            return result
        time.sleep(0.2)


def _certificate_holds(portal: Portal, result: dict[str, Any]) -> bool:
    """Fetch the certificate as anybody could: the page, the signed document, and the issuer's keys."""
    identifier, url = result["certificate"], result["certificate_url"]
    if not url:
        console.print("[bold red]No certificate was issued.[/]")
        return False
    page = httpx.get(url)
    document = httpx.get(url.rstrip("/") + ".json").json()
    keys = {key["key_id"]: key["public_key"] for key in httpx.get(f"{portal.url}/api/v1/keys").json()}
    signed = is_signed_by(document, keys.get(document["key_id"], ""))
    shown = page.status_code == httpx.codes.OK and identifier in page.text and document["demonstration"]
    if not (signed and shown and document["points"] == result["points"]):
        console.print(f"[bold red]The certificate does not hold[/]: signed {signed}, shown {shown}. See {url}")
        return False
    console.print(f"The certificate, fetched and its signature checked: [bold]{url}[/]")
    return True


def _keep_serving(portal: Portal) -> None:
    console.print(
        Panel(
            f"The portal goes on at [bold]{portal.url}[/]\n\n"
            f"  {CANDIDATE}   the candidate who has just been certified\n"
            f"  {OWNER}   the owner; the administration is at {portal.url}/admin/\n\n"
            'Sign in with the address; the code is "mailed" to this screen. Stop with Ctrl+C.',
            title="Demo",
        )
    )
    with portal.log.open() as log:
        log.seek(0, 2)
        try:
            while portal.process is not None and portal.process.poll() is None:
                if line := log.readline():
                    sys.stdout.write(line)
                else:
                    time.sleep(0.2)
        except KeyboardInterrupt:
            console.print("\nStopped.")


if __name__ == "__main__":
    sys.exit(main())
