"""`guildmark verify`."""

import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from guildmark.cli import badge_told
from guildmark.cli.login import address_of
from guildmark.cli.options import AsJson
from guildmark.cli.screen import Screen
from guildmark.client.issuer_files import issuer_at
from guildmark.client.receipts import KEYS
from guildmark.client.signed import Paper, Standing, issuer_in, keys_in, papers, published_keys
from guildmark.client.wording import local_time
from guildmark.client.workspace import Workspace
from guildmark.errors import NoExamHere, Refused, UsageError
from guildmark.i18n import _, mark
from guildmark.protocol import Certificate, PublicKey, Receipt
from guildmark.rules.wording import size_text

if TYPE_CHECKING:
    from guildmark.badges.issuer import IssuerFile
    from guildmark.badges.verdict import Verdict

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
    keys: Annotated[
        Path | None, typer.Option(help=_("A file with the portal's keys or the issuer's file, to check without the portal."))
    ] = None,
    server: Annotated[
        str | None, typer.Option(help=_("The portal that signed; else that of the exam or of the last sign-in."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check receipts and certificates; exit status 3 if one of them does not hold."""
    screen = Screen(as_json=as_json)
    ring, issuers = _Keys(keys, server), _Issuers(screen, keys, server)
    all_genuine, documents, passed_over, strangers = True, [], list[str](), list[str]()
    for path in files or _kept():
        for paper in papers(path, passed_over, strangers):
            if paper.badge is not None:
                verdict = issuers.verdict(paper.badge)
                badge_told.tell(screen, paper.name, verdict)
                documents.append(badge_told.document(paper.name, verdict))
                all_genuine = all_genuine and verdict.standing.holds
                continue
            standing = paper.standing(ring.that_tell(paper))
            _tell(screen, paper, standing)
            all_genuine = all_genuine and standing is Standing.GENUINE
            documents.append(_document(paper, standing))
    if strangers:
        screen.say(_("Neither receipts nor certificates, and not counted: {names}").format(names=", ".join(strangers)))
    if passed_over:
        screen.say(_("Not looked at: {names}").format(names=", ".join(passed_over)))
    screen.answer({"genuine": all_genuine, "documents": documents, "none_of_ours": strangers, "not_looked_at": passed_over})
    if not all_genuine:
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


class _Keys:
    """The keys in `file`; without it those that the exam folder keeps, and the portal's once a document needs another one."""

    def __init__(self, file: Path | None, server: str | None) -> None:
        self._server = server
        self._may_ask = file is None
        self._known = keys_in(file) if file is not None else () if server is not None else _kept_keys()

    def that_tell(self, paper: Paper) -> tuple[PublicKey, ...]:
        """The keys to judge `paper` by."""
        if self._may_ask and paper.reading is not None and paper.key_id not in {key.key_id for key in self._known}:
            self._known, self._may_ask = published_keys(_address(self._server)), False
        return self._known


class _Issuers:
    """The issuer's file: the one that was named, or the portal's; asked for with the first certificate that needs it."""

    def __init__(self, screen: Screen, file: Path | None, server: str | None) -> None:
        self._screen = screen
        self._path = file
        self._server = server
        self._known: IssuerFile | None = None

    def verdict(self, badge: bytes) -> "Verdict":
        """How a file stands now. Raises `UsageError` where what checks it is not installed."""
        try:
            from guildmark.badges.verification import verify as verified
        except ModuleNotFoundError as error:
            raise UsageError(
                _("Checking certificates needs PyLD and pyHanko, which are not installed here."),
                next_step=_('Run: pip install "guildmark[verify]"'),
                code="verify_unavailable",
            ) from error
        if self._known is None:
            self._known = self._found()
        return verified(badge, self._known, datetime.fromtimestamp(time.time(), tz=timezone.utc))

    def _found(self) -> "IssuerFile":
        if self._path is not None:
            return issuer_in(self._path)
        server = _address(self._server)
        found = issuer_at(server)
        if not found.is_fresh:
            told = _("{server} did not answer. What was taken back after {time} cannot be seen.")
            self._screen.note(told.format(server=server, time=local_time(found.file.written_at)))
        return found.file


def _kept_keys() -> tuple[PublicKey, ...]:
    try:
        kept = Workspace.containing(Path.cwd()).hidden / KEYS
    except NoExamHere:
        return ()
    return keys_in(kept) if kept.is_file() else ()


def _address(server: str | None) -> str:
    try:
        return address_of(server)
    except UsageError as error:
        raise UsageError(
            error.message, next_step=_("Name the portal, or a file with its keys: --server URL or --keys FILE")
        ) from error


def _tell(screen: Screen, paper: Paper, standing: Standing) -> None:
    if standing is Standing.GENUINE and _is_demonstration(paper):
        screen.say(Text(f"{paper.name}: {badge_told.demonstration()}", style="yellow"))
    elif standing is Standing.GENUINE:
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
    page = Text(_("  Whether it was taken back since, its page tells: {url}").format(url=certificate.url), style="dim")
    screen.say(badge_told.identity(certificate.identity_check), said, page)


def _is_demonstration(paper: Paper) -> bool:
    return isinstance(paper.reading, Certificate) and paper.reading.demonstration


def _document(paper: Paper, standing: Standing) -> dict[str, Any]:
    kind = {Receipt: "receipt", Certificate: "certificate"}.get(type(paper.reading)) if paper.reading is not None else None
    is_demonstration = standing is Standing.GENUINE and _is_demonstration(paper)
    genuine = badge_told.demonstration() if is_demonstration else _("Genuine.")
    return {
        "file": paper.name,
        "kind": kind,
        "standing": standing.value,
        "demonstration": is_demonstration,
        "message": genuine if standing is Standing.GENUINE else _(_FAULTS[standing]),
        "document": paper.reading.model_dump(mode="json") if paper.reading is not None else None,
    }
