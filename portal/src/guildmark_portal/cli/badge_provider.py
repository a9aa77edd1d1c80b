"""`guildmark-portal badge-provider`: the secrets that the portal shares with its badge provider."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark_portal import badge_provider_config, datadir
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, read_secret, tell, use_django

app = typer.Typer(help=_("The secrets that the portal shares with its badge provider."), no_args_is_help=True)
_BYTES = 32


@app.command(
    "new-secret", help=_("Make a secret that signs webhooks, and show it once. The old ones sign too, until forgotten.")
)
def new_secret(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Put a new secret before the old ones: every one signs, so that the provider can go from one to the next."""
    use_django(data)
    made = badge_provider_config.written(secrets.token_bytes(_BYTES))
    both = [made, *_webhook_secrets(data)]
    _keep(data, {"webhook_secrets": both}, action="badge_provider.secret_made")
    step = _("Give it to the provider and restart the portal. Then run: guildmark-portal badge-provider forget-old")
    tell({"secret": made, "secrets": len(both), "next_step": step}, [made, step], as_json=json_)


@app.command("forget-old", help=_("Forget every secret but the newest one."))
def forget_old(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """Forget every secret but the newest one."""
    use_django(data)
    newest = _webhook_secrets(data)[:1]
    _keep(data, {"webhook_secrets": newest}, action="badge_provider.secrets_forgotten")
    step = _("Restart the portal.")
    tell({"secrets": len(newest), "next_step": step}, [_("Only the newest secret signs."), step], as_json=json_)


@app.command("set-key", help=_("Keep the key of the provider's API, which is read from the standard input."))
def set_key(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """Keep the key of the provider's API; it is typed unseen, or piped in, and never an argument, which others could see."""
    use_django(data)
    key = read_secret(_("Key"))
    try:
        badge_provider_config.secrets_of({"key": key})
    except badge_provider_config.BadgeProviderUnfit as error:
        raise UsageError(str(error)) from error
    _keep(data, {"key": key}, action="badge_provider.key_set")
    step = _("Restart the portal.")
    tell({"next_step": step}, [_("The key is kept."), step], as_json=json_)


def _webhook_secrets(data: Path) -> list[str]:
    return list(datadir.read_secrets(data).badge_provider.get("webhook_secrets", []))


def _keep(data: Path, changed: Mapping[str, Any], *, action: str) -> None:
    from guildmark_portal.audit import services as audit

    kept = datadir.read_secrets(data)
    datadir.write_secrets(data, replace(kept, badge_provider={**kept.badge_provider, **changed}))
    audit.record(actor="guildmark-portal badge-provider", action=action, subject="badge_provider")
