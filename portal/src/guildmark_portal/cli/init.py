"""`guildmark-portal init`: make a portal, or complete one. Running it again changes nothing that exists."""

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from guildmark.errors import UsageError
from guildmark.i18n import _
from guildmark.protocol import ExamKind
from guildmark_portal import clock, datadir
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, JsonOption, tell, use_django
from guildmark_portal.identity import keyring

LONGEST_EMAIL = 254  # as the account's column


def command(  # noqa: PLR0913, PLR0917 - one parameter an option
    data: DataOption = DEFAULT_DATA,
    url: Annotated[str | None, typer.Option(help=_("The address at which candidates reach the portal."))] = None,
    owner: Annotated[str | None, typer.Option(help=_("E-mail address of the first owner, who may do everything."))] = None,
    name: Annotated[str | None, typer.Option(help=_("The organisation that issues the certificates."))] = None,
    support: Annotated[
        str | None, typer.Option(help=_("Whom candidates write to: a mail address, or a page at https."))
    ] = None,
    json_: JsonOption = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Make the data directory, its secrets, the database and the first owner. Also brings an older portal up to date."""
    _refuse_unusable(url, owner, support)
    if name is None and not json_ and sys.stdin.isatty() and not (data / datadir.CONFIG_FILE).exists():
        name = typer.prompt(_("The organisation that runs this portal and issues the certificates")).strip()
    wanted = datadir.Config(
        url=url or datadir.DEFAULT_URL, organisation=name or datadir.Config.organisation, support_contact=support or ""
    )
    datadir.check(wanted, data / datadir.CONFIG_FILE)
    made = datadir.create(data, config=wanted, now=clock.now())
    config = datadir.read_config(data)
    use_django(data)
    _prepare_database()
    if _ensure_identity_keys(data):
        made = (*made, keyring.KEYS_FILE)
    owner_made = _ensure_owner(owner) if owner else False
    _ensure_rehearsal()
    next_steps = _next_steps(data)
    document = {
        "data": str(data.resolve()),
        "url": config.url,
        "organisation": config.organisation,
        "support_contact": config.support_contact,
        "made": list(made),
        "owner": owner,
        "owner_made": owner_made,
        "next_step": next_steps[0],
        "next_steps": next_steps,
    }
    sentences = [_("The portal in {data} is ready to serve {url}.").format(data=data, url=config.url)]
    asked = {"url": url, "organisation": name, "support_contact": support}
    if any(value and value != getattr(config, setting) for setting, value in asked.items()):
        sentences.append(
            _("It existed before and keeps its settings; to change them, edit {path}.").format(path=data / datadir.CONFIG_FILE)
        )
    if owner:
        sentences.append(_("Owner: {owner}. The code to sign in comes by mail.").format(owner=owner))
    elif not _has_owner():
        sentences.append(_("It has no owner yet: guildmark-portal init --owner EMAIL --data {data}").format(data=data))
    tell(document, [*sentences, *_unnamed(config, data), *next_steps], as_json=json_)


def _unnamed(config: datadir.Config, data: Path) -> list[str]:
    """What candidates would miss on the pages: who runs the portal, and whom to write to."""
    path, notes = data / datadir.CONFIG_FILE, []
    if config.organisation == datadir.Config.organisation:
        notes.append(_("No organisation is named yet: pages and certificates need yours. Set organisation in {path}"))
    if not config.support_contact:
        notes.append(_("Nobody is named yet whom candidates can write to. Set support_contact in {path}"))
    return [note.format(path=path) for note in notes]


def _refuse_unusable(url: str | None, owner: str | None, support: str | None) -> None:
    """Refuse an address of the portal, its owner or its support that nobody could reach, before anything is written."""
    if url is not None and (wrong := datadir.url_problem(url, name="--url")):
        raise UsageError(
            _("{problem}. This is: {url}").format(problem=wrong, url=url),
            next_step=_("Give the portal's whole address, such as --url https://exam.example.org"),
        )
    if owner is not None and not _is_email(owner):
        raise UsageError(
            _("--owner must be an e-mail address; the code to sign in is sent there. This is: {owner}").format(owner=owner),
            next_step=_("Give the whole address, such as --owner name@example.org"),
        )
    if support is not None and not re.fullmatch(datadir.CONTACT, support):
        raise UsageError(
            _("--support must be a mail address, or a page at https. This is: {support}").format(support=support),
            next_step=_("Give the whole address, such as --support help@example.org"),
        )


def _is_email(address: str) -> bool:
    """Whether mail could be sent to the address, and an account hold it."""
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST_EMAIL


def _next_steps(data: Path) -> list[str]:
    """What is left to do: an exam to publish, unless there is one, and to serve it."""
    serve = _("Run: guildmark-portal serve --data {data}").format(data=data)
    if anything_published():
        return [serve]
    publish = _("Publish an exam: guildmark-portal publish BANK --kind demo --data {data}").format(data=data)
    return [publish, _("Then serve it: guildmark-portal serve --data {data}").format(data=data)]


def anything_published() -> bool:
    """Whether any exam was ever published on this portal, besides the rehearsal that it comes with."""
    from guildmark_portal.exams.models import ExamVersion

    return ExamVersion.objects.exclude(program__kind=ExamKind.REHEARSAL.value).exists()


def _prepare_database() -> None:
    """Migrate, make the cache's table, and collect the static files."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    collect_static()


def collect_static() -> None:
    """Put the static files of this version in place, under names that carry their digest."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _ensure_identity_keys(data: Path) -> bool:
    """Make the master keys of evidence, unless there is evidence whose keys were lost; whether they were made."""
    from guildmark_portal.identity.sealed import DataKey

    return not DataKey.objects.exists() and keyring.ensure(data, now=clock.now())


def _ensure_rehearsal() -> None:
    """See to it that candidates can rehearse."""
    from guildmark_portal.exams.rehearsal import publish_practice

    publish_practice(actor="guildmark-portal init")


def _has_owner() -> bool:
    from guildmark_portal.accounts.roles import owners

    return bool(owners())


def _ensure_owner(email: str) -> bool:
    """See to it that `email` is an owner; whether that is new."""
    from guildmark_portal.accounts.services import ensure_owner

    return ensure_owner(email=email, actor="guildmark-portal init")
