"""`guildmark verify`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from guildmark.cli.login import address_of
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.cli.show import local_time
from guildmark.client.receipts import KEYS
from guildmark.client.signed import Paper, Standing, keys_in, papers, published_keys
from guildmark.client.workspace import Workspace
from guildmark.errors import NoExamHere, Refused, UsageError
from guildmark.i18n import _, mark
from guildmark.protocol import Certificate, PublicKey, Receipt
from guildmark.rules.wording import size_text

_FAULTS = {
    Standing.FORGED: mark("Forged or changed: the signature does not fit what it says."),
    Standing.KEY_RETIRED: mark("Not to be relied on: its key had been retired before the time that it names."),
    Standing.UNKNOWN_KEY: mark("None of the portal's keys signed it. If another portal did, name that one: --server URL"),
    Standing.DAMAGED: mark("Damaged: this is neither a receipt nor a certificate that can be read."),
}


def verify(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help=_("Receipts, certificates, or archives of them; else those of this folder's exam.")
        ),
    ] = None,
    *,
    keys: Annotated[Path | None, typer.Option(help=_("A file with the portal's keys, to check without the portal."))] = None,
    server: Annotated[
        str | None, typer.Option(help=_("The portal that signed; else that of the exam or of the last sign-in."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check signatures; exit status 3 if one of them does not hold."""
    screen = Screen(as_json=as_json)
    found = [paper for path in files or _kept() for paper in papers(path)]
    known = keys_in(keys) if keys is not None else _keys_for(found, server)
    judged = [(paper, paper.standing(known)) for paper in found]
    for paper, standing in judged:
        _tell(screen, paper, standing)
    genuine = all(standing is Standing.GENUINE for _paper, standing in judged)
    screen.answer({"genuine": genuine, "documents": [_document(paper, standing) for paper, standing in judged]})
    if not genuine:
        raise typer.Exit(Refused.exit_code)


def _kept() -> list[Path]:
    """The receipts that this exam folder keeps. Raises `UsageError` where there are none."""
    try:
        folder = Workspace.containing(Path.cwd()).receipts
    except NoExamHere:
        folder = None
    if folder is None or not folder.is_dir():
        raise UsageError(_("Which receipt is to be checked?"), next_step=_("Name it: guildmark verify FILE"))
    return [folder]


def _keys_for(found: list[Paper], server: str | None) -> tuple[PublicKey, ...]:
    """The keys that the exam folder keeps, where they are enough; else the portal is asked."""
    try:
        kept = Workspace.containing(Path.cwd()).hidden / KEYS
        known = keys_in(kept) if server is None and kept.is_file() else ()
    except NoExamHere:
        known = ()
    if {paper.key_id for paper in found if paper.reading is not None} <= {key.key_id for key in known}:
        return known
    try:
        address = address_of(server)
    except UsageError as error:
        raise UsageError(
            error.message, next_step=_("Name the portal, or a file with its keys: --server URL or --keys FILE")
        ) from error
    return published_keys(address)


def _tell(screen: Screen, paper: Paper, standing: Standing) -> None:
    if standing is Standing.GENUINE:
        screen.say(Text(_("{name}: genuine.").format(name=paper.name), style="green"))
    else:
        screen.say(Text(f"{paper.name}: {_(_FAULTS[standing])}", style="bold red"))
        return
    if isinstance(paper.reading, Receipt):
        _tell_receipt(screen, paper.reading)
    elif paper.reading is not None:
        _tell_certificate(screen, paper.reading)


def _tell_receipt(screen: Screen, receipt: Receipt) -> None:
    said = _("  The portal took {size} for category {number} of attempt {attempt} at {time}.").format(
        size=size_text(receipt.size),
        number=receipt.category.removeprefix("category"),
        attempt=receipt.attempt,
        time=local_time(receipt.received_at),
    )
    screen.say(said, Text(f"  SHA-256 {receipt.sha256}", style="dim"))


def _tell_certificate(screen: Screen, certificate: Certificate) -> None:
    said = _("  {holder} passed {exam} with {points:g} of {possible} points; issued {issued}, valid until {expires}.").format(
        holder=certificate.holder,
        exam=f"{certificate.exam_title} {certificate.exam_version}",
        points=certificate.points,
        possible=certificate.points_possible,
        issued=certificate.issued_on,
        expires=certificate.expires_on,
    )
    screen.say(said)
    if certificate.demonstration:
        screen.say(Text(_("  It is a demonstration, and certifies nothing."), style="yellow"))


def _document(paper: Paper, standing: Standing) -> dict[str, Any]:
    kind = {Receipt: "receipt", Certificate: "certificate"}.get(type(paper.reading)) if paper.reading is not None else None
    message = _("Genuine.") if standing is Standing.GENUINE else _(_FAULTS[standing])
    content = paper.reading.model_dump(mode="json") if paper.reading is not None else None
    return {"file": paper.name, "kind": kind, "standing": standing.value, "message": message, "document": content}
