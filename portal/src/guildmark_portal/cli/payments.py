"""`guildmark-portal payments`: the secrets of the payment provider, whether it is set up, and tables for the books."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from guildmark.cli.app import Commands
from guildmark.errors import Refused, UsageError
from guildmark.i18n import _
from guildmark_portal import datadir
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, read_secret, tell, use_django

if TYPE_CHECKING:
    from guildmark_portal.orders.provider import Finding

app = typer.Typer(cls=Commands, no_args_is_help=True, help=_("Set up how the portal takes money, and see whether it works."))
_ACTOR: Final = "guildmark-portal payments"
_KEYS: Final = ("sk_", "rk_")
_WEBHOOKS: Final = "whsec_"
_TOLD: Final = "/payments/told/"


@app.command("set-key", help=_("Keep the key of the provider's API, which is read from the standard input."))
def set_key(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - typer reads options from it
    """Keep the key; it is typed unseen, or piped in, and never an argument, which others on the machine could see."""
    use_django(data)
    key = read_secret(_("Key"))
    if not key.startswith(_KEYS):
        raise UsageError(
            _("This is no secret key of Stripe."),
            next_step=_("Copy the secret key, or better a restricted one: it begins with sk_ or rk_."),
        )
    _keep(data, {"key": key}, action="payments.key_set")
    step = _("Restart the portal. Then run: guildmark-portal payments check")
    tell({"next_step": step}, [_("The key is kept."), step], as_json=json_)


@app.command("set-webhook-secret", help=_("Keep the secret that signs the provider's messages, read from the standard input."))
def set_webhook_secret(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """Keep the secret with which the provider signs; it is typed unseen, or piped in, as the key is."""
    use_django(data)
    secret = read_secret(_("Secret"))
    if not secret.startswith(_WEBHOOKS):
        raise UsageError(
            _("This is no secret of a webhook of Stripe."),
            next_step=_("Copy the signing secret of the endpoint: it begins with whsec_."),
        )
    _keep(data, {"webhook_secret": secret}, action="payments.webhook_secret_set")
    step = _("Restart the portal. Then run: guildmark-portal payments check")
    tell({"next_step": step}, [_("The secret is kept."), step], as_json=json_)


def _keep(data: Path, changed: Mapping[str, str], *, action: str) -> None:
    from guildmark_portal.audit import services as audit

    kept = datadir.read_secrets(data)
    datadir.write_secrets(data, replace(kept, payments={**kept.payments, **changed}))
    audit.record(actor=_ACTOR, action=action, subject="payments")


@app.command("check", help=_("Ask the provider whether the key may do what it has to, and where messages are sent."))
def check(data: DataOption = DEFAULT_DATA, json_: JsonOption = False) -> None:  # noqa: FBT002 - as above
    """Ask the provider; nothing is changed there. Not everything good: exit status 1."""
    use_django(data)
    from django.conf import settings

    from guildmark_portal.orders.provider import configured

    provider, address = configured(), f"{settings.PORTAL_URL}{_TOLD}"
    if not settings.PAYMENTS.mode:
        tell(
            {"mode": "", "findings": []}, [_("Nothing is sold here: portal.toml has no [payments] with a mode.")], as_json=json_
        )
        return
    if settings.PAYMENTS.mode != "stripe":
        tell({"mode": settings.PAYMENTS.mode, "findings": []}, [_("Payments are confirmed by staff.")], as_json=json_)
        return
    if provider is None:
        raise Refused(
            _("The key, or the secret of the webhook, is missing."),
            next_step=_("Run: guildmark-portal payments set-key, and: guildmark-portal payments set-webhook-secret"),
        )
    found = provider.examine(told_at=address)
    is_test = "_test_" in settings.PAYMENT_SECRETS.key
    document = {
        "mode": "stripe",
        "is_test": is_test,
        "told_at": address,
        "findings": [{"what": one.what.value, "good": one.is_good, "said": one.said, "missing": one.missing} for one in found],
    }
    kind = _("The key is one for tests: no money moves.") if is_test else _("The key is a live one: money moves.")
    tell(document, [kind, *(_line(one, address) for one in found)], as_json=json_)
    if not all(one.is_good for one in found):
        raise typer.Exit(1)


def _line(one: "Finding", address: str) -> str:
    names = {
        "key": _("The provider knows the key"),
        "pages": _("It may read pages of payment"),
        "refunds": _("It may read refunds"),
        "disputes": _("It may read disputes"),
        "messages": _("It may read messages that were missed"),
        "endpoint": _("Messages are sent to {address}").format(address=address),
    }
    steps = {
        "authentication": _("Copy the key again, and run: guildmark-portal payments set-key"),
        "permission": _("Let the restricted key read that at the provider."),
        "no_answer": _("See that this machine reaches the address in payments.url, and try again."),
        "missing": _("Add an endpoint with this address at the provider, and keep its secret: payments set-webhook-secret"),
        "disabled": _("Switch the endpoint on at the provider."),
        "events": _("Add to the endpoint: {events}").format(events=", ".join(one.missing)),
    }
    name = names[one.what.value]
    if one.is_good:
        return _("good: {what}").format(what=name)
    return _("not yet: {what}. {step}").format(what=name, step=steps.get(one.said, one.said))


@app.command("export", help=_("Print orders, refunds or disputes as a table for the books, with the provider's numbers."))
def export(
    book: Annotated[str, typer.Argument(help=_("orders, refunds or disputes"))],
    first: Annotated[str, typer.Option("--from", help=_("The first day in UTC, such as 2026-01-15."))] = "",
    last: Annotated[str, typer.Option("--until", help=_("The last day in UTC, such as 2026-12-31."))] = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Print a table as CSV."""
    span = (_day(first), _day(last))
    use_django(data)
    from guildmark_portal import spreadsheets
    from guildmark_portal.audit import services as audit
    from guildmark_portal.orders import books

    try:
        chosen = books.Book(book)
    except ValueError as error:
        raise UsageError(
            _("There is no book {name}.").format(name=book), next_step=_("Write orders, refunds or disputes.")
        ) from error
    columns, rows = books.rows(chosen, books.Span(*span))
    detail: dict[str, Any] = {"from": first, "until": last}
    audit.record(actor=_ACTOR, action="books.exported", subject=f"book:{book}", detail=detail)
    typer.echo(spreadsheets.written(columns, rows), nl=False)


def _day(written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise UsageError(_("{written} is no day.").format(written=written), next_step=_("Write it like 2026-01-15.")) from error
