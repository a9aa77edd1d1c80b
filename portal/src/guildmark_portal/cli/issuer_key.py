"""`guildmark-portal issuer-key`: the keys that sign certificates: list them, and put new ones in their place."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal import clock, datadir
from guildmark_portal.cli.alone import only_one
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django
from guildmark_portal.portal_secrets import IssuerKey, IssuerKeyKind

app = typer.Typer(help=_("The keys that sign certificates."), no_args_is_help=True)


@app.command("list", help=_("Name every key that ever signed, with its times."))
def list_(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Name every key that ever signed, with its times; never the keys themselves."""
    use_django(data)
    from guildmark_portal.credentials.issuer import did_document

    keys, methods = datadir.read_secrets(data).issuer_keys, did_document()["verificationMethod"]
    rows = [{"id": method["id"], **_told(key)} for key, method in zip(keys, methods, strict=True)]
    tell(
        {"keys": rows},
        [f"{row['kind']:5}  {row['standing']:11}  {row['created_at']}  {row['id']}" for row in rows],
        as_json=json_,
    )


@app.command("rotate", help=_("Make a new key of each kind. The old ones stay published: what they signed stays valid."))
def rotate(
    kind: Annotated[IssuerKeyKind | None, typer.Option(help=_("Only the key of this kind."))] = None,
    compromised: Annotated[  # noqa: FBT002 - as above
        bool,
        typer.Option(
            "--compromised",
            help=_(
                "All earlier keys fell into wrong hands: nothing that they signed counts. Then sign every certificate anew."
            ),
        ),
    ] = False,
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Put a new key in the place of the one in use."""
    use_django(data)
    with only_one(data):
        _rotate(tuple(IssuerKeyKind) if kind is None else (kind,), data, compromised=compromised, as_json=json_)


def _rotate(kinds: tuple[IssuerKeyKind, ...], data: Path, *, compromised: bool, as_json: bool) -> None:
    """A portal that runs would go on signing with the old keys, after the time at which they were retired."""
    from guildmark_portal.audit import services as audit

    now, secrets = clock.now(), datadir.read_secrets(data)
    organisation = datadir.read_config(data).organisation
    new = tuple(IssuerKey.generate(one, organisation=organisation, now=now) for one in kinds)
    old = tuple(_retired(key, kinds, now=now, compromised=compromised) for key in secrets.issuer_keys)
    datadir.write_secrets(data, replace(secrets, issuer_keys=(*new, *old)))
    ahead = _ahead(old, now=now)
    audit.record(
        actor="guildmark-portal issuer-key",
        action="issuer.key_rotated",
        subject="issuer",
        detail={"kinds": [one.value for one in kinds], "compromised": compromised},
    )
    next_step = (
        _("Now run: guildmark-portal certificates sign-again --data {data}").format(data=data)
        if compromised
        else _("Start the portal again: it signs with the new keys from now on.")
    )
    tell(
        {"kinds": [one.value for one in kinds], "ahead": ahead, "next_step": next_step},
        [_("New keys were made."), *_told_of(ahead), next_step],
        as_json=as_json,
    )


@app.command("certificate", help=_("Sign PDFs with a certificate of an authority: its chain and its key as PEM files."))
def certificate(
    chain: Annotated[str, typer.Argument(help=_("The certificate, then those above it (PEM)."))],
    key: Annotated[str, typer.Argument(help=_("Its P-256 key (PEM, without a passphrase)."))],
    data: DataOption = DEFAULT_DATA,
    json_: JsonOption = False,  # noqa: FBT002 - as above
) -> None:
    """Let an authority's certificate sign PDFs from now on; readers of PDF then know who vouches for the organisation."""
    use_django(data)
    from guildmark_portal.audit import services as audit

    with only_one(data):
        now, secrets = clock.now(), datadir.read_secrets(data)
        new = _of_authority(chain, key, now=now)
        old = tuple(_retired(one, (IssuerKeyKind.PDF,), now=now, compromised=False) for one in secrets.issuer_keys)
        datadir.write_secrets(data, replace(secrets, issuer_keys=(new, *old)))
        ahead = _ahead(old, now=now)
    audit.record(actor="guildmark-portal issuer-key", action="issuer.certificate_set", subject="issuer")
    next_step = _("Start the portal again: it signs with the new keys from now on.")
    tell({"ahead": ahead, "next_step": next_step}, [*_told_of(ahead), next_step], as_json=json_)


def _of_authority(chain: str, key: str, *, now: datetime) -> IssuerKey:
    """Raises `UsageError` for files that do not belong together."""
    from guildmark_portal.portal_secrets import fits

    try:
        chain_pem, key_pem = Path(chain).read_text(encoding="ascii"), Path(key).read_text(encoding="ascii")
        if fits(chain_pem, key_pem):
            return IssuerKey(IssuerKeyKind.PDF, key_pem, created_at=now, certificate=chain_pem)
    except (OSError, ValueError) as error:
        raise UsageError(
            _("These files cannot be read: {why}").format(why=error),
            next_step=_("Give the certificate with its chain, then its P-256 key without a passphrase, both as PEM."),
        ) from error
    raise UsageError(
        _("The key is not that of the first certificate, or no P-256 key."),
        next_step=_("Give the certificate with its chain, then its P-256 key without a passphrase, both as PEM."),
    )


def _retired(key: IssuerKey, kinds: tuple[IssuerKeyKind, ...], *, now: datetime, compromised: bool) -> IssuerKey:
    """Whoever has one key of the file has all of them: those that were retired before are compromised with the others."""
    from guildmark_portal.credentials.last_signed import retired_at

    if key.kind not in kinds:
        return key
    lost_at = key.compromised_at or (now if compromised else None)
    return replace(key, retired_at=retired_at(key, now=now), compromised_at=lost_at)


def _ahead(keys: tuple[IssuerKey, ...], *, now: datetime) -> str | None:
    """The latest time at which a key is retired after `now`: a clock was ahead when it last signed. None where none is."""
    latest = max((key.retired_at for key in keys if key.retired_at is not None), default=now)
    return latest.isoformat() if latest > now else None


def _told_of(ahead: str | None) -> list[str]:
    if ahead is None:
        return []
    said = _("A clock was ahead when an old key last signed. Such keys count as retired from then on: {at}.")
    return [said.format(at=ahead)]


def _told(key: IssuerKey) -> dict[str, str | None]:
    standing = _("in use") if key.retired_at is None else _("retired") if key.compromised_at is None else _("compromised")
    times = {name: getattr(key, name) for name in ("created_at", "retired_at", "compromised_at")}
    return {"kind": key.kind.value, "standing": standing, **{name: at and at.isoformat() for name, at in times.items()}}
