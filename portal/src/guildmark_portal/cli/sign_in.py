"""`guildmark-portal sign-in fetch`: fetch the metadata of organisations that publish it at an address."""

import os
from pathlib import Path
from typing import Final

import httpx
import typer

from guildmark.cli.app import Commands
from guildmark.errors import GuildmarkError
from guildmark.i18n import _, mark
from guildmark_portal import clock, datadir, sign_in_providers
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Look after the sign-in of other organisations."))
_LARGEST: Final = 5 * 1024 * 1024
_TIMEOUT_S: Final = 20


@app.callback()
def _group() -> None:
    """A group of its own, although it has one command so far."""


class NotFetched(GuildmarkError):
    """The metadata could not be fetched."""

    exit_code = 1
    default_next_step = mark("The copy that was fetched before stays in use. Check the address in portal.toml and try again.")


@app.command(
    "fetch",
    help=_("Fetch the metadata of every SAML organisation that has an address. A portal that runs takes it within a minute."),
)
def fetch(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Fetch the metadata of every SAML organisation that has an address. A portal that runs takes it within a minute."""
    providers = [provider for provider in datadir.read_config(data).sign_in.saml if provider.is_published]
    faults = [fault for provider in providers if (fault := _fault_in_fetching(provider, data)) is not None]
    if faults:
        raise NotFetched(" ".join(fault.message for fault in faults), next_step=faults[0].next_step)
    done = [provider.id for provider in providers]
    lines = [_("Fetched: {id}").format(id=one) for one in done] or [
        _("No organisation in portal.toml has an address of metadata.")
    ]
    tell({"fetched": done}, lines, as_json=json_)


def _fault_in_fetching(provider: sign_in_providers.SamlProvider, data: Path) -> NotFetched | None:
    """Replace the copy; what went wrong is said once the others had their turn."""
    path = provider.file(data)
    try:
        _replace(path, _published(provider, known=_entity(path)))
    except NotFetched as fault:
        return fault
    return None


def _published(provider: sign_in_providers.SamlProvider, *, known: str | None) -> bytes:
    """What stands at the address, if it can be used, and is that of the organisation that was there before."""
    try:
        with httpx.stream("GET", provider.metadata, timeout=_TIMEOUT_S) as answer:
            answer.raise_for_status()
            document = b""
            for piece in answer.iter_bytes():
                document += piece
                if len(document) > _LARGEST:
                    raise NotFetched(_("{address} sends more than metadata.").format(address=provider.metadata))
        said, until = sign_in_providers.read_metadata(document), sign_in_providers.valid_until(document)
    except httpx.HTTPError as error:
        raise NotFetched(_("{address}: {why}").format(address=provider.metadata, why=error)) from error
    except sign_in_providers.Unfit as error:
        raise NotFetched(_("{address}: {why}").format(address=provider.metadata, why=error)) from error
    if until is not None and until <= clock.now():
        raise NotFetched(
            _("{address}: this metadata was valid until {until}.").format(address=provider.metadata, until=until.isoformat()),
            next_step=_("Ask the organisation to publish new metadata, then fetch again."),
        )
    if known is not None and said["entity_id"] != known:
        raise NotFetched(
            _("{address} is now another organisation's: {entity}").format(address=provider.metadata, entity=said["entity_id"]),
            next_step=_("If that is meant, remove the copy in the data directory and fetch again."),
        )
    return document


def _entity(path: Path) -> str | None:
    """Who the copy that we have is of."""
    try:
        return sign_in_providers.read_metadata(path.read_bytes())["entity_id"]
    except (OSError, sign_in_providers.Unfit):
        return None


def _replace(path: Path, document: bytes) -> None:
    """Write the copy whole, or not at all."""
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
