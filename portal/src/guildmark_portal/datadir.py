"""The data directory: everything that one portal owns, and the two files that describe it.

    portal.toml     what people may edit: address, organisation, mail, grading     (0600)
    secrets.json    keys, made once by `guildmark-portal init`, never shown        (0600)
    identity-keys.json  master keys of evidence of identity; see `identity.keyring` (0600)
    db.sqlite3      the database, unless it is a server's                          (0600)
    blobs/          public archives and submissions
    banks/          exam banks; only the grading service reads their hidden parts
    evidence/       encrypted evidence of identity
    certificates/   certificates as PDF, made anew where one is missing
    static/         the pages' style sheets, scripts and fonts, collected at start
    run/            the grading service's socket

This module reads and makes the files and knows nothing of Django. Secrets are lists where they must be able to rotate:
the first entry is in use, the others are still accepted.
"""

import json
import os
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import tomllib

from guildmark.errors import GuildmarkError
from guildmark.i18n import _, mark
from guildmark_portal import (
    badge_provider_config,
    database_config,
    identity_provider_config,
    payments_config,
    sign_in_providers,
)
from guildmark_portal.config_samples import SAMPLES
from guildmark_portal.portal_secrets import Secrets, issuer_keys

CONFIG_FILE: Final = "portal.toml"
SECRETS_FILE: Final = "secrets.json"
DATABASE_FILE: Final = "db.sqlite3"
DEFAULT_URL: Final = "http://127.0.0.1:8000"
FOLDERS: Final = ("blobs", "banks", "evidence", "certificates", "static", "run")
SHORTEST_RECOVERY_H: Final = 24
CONTACT: Final = r"^([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+|https://[^\s<>\"]+)?$"
"""A mail address, a page at https, or nothing."""
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")


class DataDirectoryUnusable(GuildmarkError):
    """The portal's data directory cannot be used."""

    exit_code = 2
    default_next_step = mark("Run: guildmark-portal init")


@dataclass(frozen=True)
class MailConfig:
    """How mail leaves: `transport` is `console` or `smtp`; `security` is `starttls`, `tls` or `none`.

    `bounces` is the mailbox to which mail servers send back what they could not deliver, and which `returned` reads.
    """

    transport: str = "console"
    sender: str = "Guildmark <no-reply@localhost>"
    bounces: str = ""
    host: str = "localhost"
    port: int = 587
    username: str = ""
    security: str = "starttls"


@dataclass(frozen=True)
class Config:
    """What `portal.toml` says."""

    url: str = DEFAULT_URL
    organisation: str = "Guildmark"
    support_contact: str = ""
    grading_slots: int = 1
    identity_retention_days: int = 90
    identity_reviewers: int = 1
    recovery_wait_hours: int = 72
    outage_after_s: int = 60
    country_header: str = ""
    region_header: str = ""
    mail: MailConfig = field(default_factory=MailConfig)
    sign_in: sign_in_providers.SignIn = field(default_factory=sign_in_providers.SignIn)
    identity_provider: identity_provider_config.IdentityProvider = field(
        default_factory=identity_provider_config.IdentityProvider
    )
    badge_provider: badge_provider_config.BadgeProviderConfig = field(default_factory=badge_provider_config.BadgeProviderConfig)
    payments: payments_config.Payments = field(default_factory=payments_config.Payments)
    database: database_config.DatabaseConfig = field(default_factory=database_config.DatabaseConfig)


def read_config(directory: Path) -> Config:
    """The configuration of an initialised `directory`; refuses settings that it does not know."""
    path = directory / CONFIG_FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataDirectoryUnusable(
            _("{path} is missing: this folder is not a portal yet.").format(path=path),
            next_step=_("Run: guildmark-portal init --data {directory}").format(directory=directory),
        ) from error
    except NotADirectoryError as error:
        raise _no_folder(directory, error) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(path, str(error)) from error
    mail = document.pop("mail", {})
    try:
        sign_in = sign_in_providers.parse(document.pop("sign_in", {}))
        tables: dict[str, Any] = {
            "identity_provider": identity_provider_config.parse(document.pop("identity_provider", {})),
            "badge_provider": badge_provider_config.parse(document.pop("badge_provider", {})),
            "payments": payments_config.parse(document.pop("payments", {})),
            "database": database_config.parse(document.pop("database", {})),
        }
        config = Config(**document, **tables, mail=MailConfig(**mail), sign_in=sign_in)
    except (
        sign_in_providers.Unfit,
        identity_provider_config.ProviderUnfit,
        badge_provider_config.BadgeProviderUnfit,
        payments_config.PaymentsUnfit,
        database_config.DatabaseUnfit,
    ) as error:
        raise _broken(path, str(error)) from error
    except TypeError as error:
        raise _broken(path, str(error).replace("__init__() got an unexpected keyword argument", "unknown setting")) from error
    check(config, path)
    return config


def _problems_of_mail(mail: MailConfig) -> list[str]:
    problems = []
    if mail.transport not in {"console", "smtp"}:
        problems.append(_("mail.transport must be console or smtp"))
    if mail.security not in {"starttls", "tls", "none"}:
        problems.append(_("mail.security must be starttls, tls or none"))
    if not re.fullmatch(r"([A-Za-z0-9._-]{1,30}@[A-Za-z0-9.-]+)?", mail.bounces):
        problems.append(_("mail.bounces must be a mail address without a plus, or nothing"))
    return problems


def check(config: Config, path: Path) -> None:
    """Report every setting of `path` that cannot work."""
    problems = []
    if wrong := url_problem(config.url, name="url"):
        problems.append(wrong)
    if not re.fullmatch(CONTACT, config.support_contact):
        problems.append(_("support_contact must be a mail address, or a page at https"))
    problems += _problems_of_mail(config.mail)
    if not isinstance(config.grading_slots, int) or config.grading_slots < 1:
        problems.append(_("grading_slots must be a whole number of at least 1"))
    if not isinstance(config.identity_retention_days, int) or config.identity_retention_days < 1:
        problems.append(_("identity_retention_days must be a whole number of at least 1"))
    if config.identity_reviewers not in {1, 2}:
        problems.append(_("identity_reviewers must be 1 or 2"))
    if not isinstance(config.recovery_wait_hours, int) or config.recovery_wait_hours < SHORTEST_RECOVERY_H:
        problems.append(_("recovery_wait_hours must be a whole number of at least {hours}").format(hours=SHORTEST_RECOVERY_H))
    if not isinstance(config.outage_after_s, int) or config.outage_after_s < 1:
        problems.append(_("outage_after_s must be a whole number of at least 1"))
    if problems:
        raise _broken(path, "; ".join(problems))


def url_problem(url: str, *, name: str) -> str | None:
    """Why `url` cannot be a portal's address, in words that call the setting `name`; None if it can."""
    if not str(url).startswith(("http://", "https://")):
        return _("{name} must start with http:// or https://").format(name=name)
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:  # a bracket without its partner, or a port out of range
        port = 0
    if port == 0:
        return _("{name} must have a host, and a port between 1 and 65535 or none").format(name=name)
    if not _HOST.fullmatch(address.netloc.removesuffix(f":{port}")):
        return _("{name} must name a host after {scheme}://, and nothing else there").format(name=name, scheme=address.scheme)
    if url.rstrip("/") != f"{address.scheme}://{address.netloc}":
        return _("{name} must end after the host or port: a portal has a host of its own, not a path on one").format(name=name)
    return None


def read_secrets(directory: Path) -> Secrets:
    """The secrets of an initialised `directory`."""
    path = directory / SECRETS_FILE
    try:
        return Secrets.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DataDirectoryUnusable(
            _("{path} is missing: without its keys no receipt or certificate can be signed.").format(path=path),
            next_step=_(
                "Restore it from your backup, or for a new portal run: guildmark-portal init --data {directory}"
            ).format(directory=directory),
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataDirectoryUnusable(
            _("{path} cannot be read ({kind}).").format(path=path, kind=type(error).__name__),
            next_step=_("Restore it from your backup; its keys cannot be made again."),
        ) from error


def _broken(path: Path, why: str) -> DataDirectoryUnusable:
    return DataDirectoryUnusable(
        _("{path} cannot be used: {why}.").format(path=path, why=why),
        next_step=_("Correct {path} and run the command again.").format(path=path),
    )


def _no_folder(directory: Path, error: OSError) -> DataDirectoryUnusable:
    """What to say of a place that is no folder, or one that may not be written."""
    return DataDirectoryUnusable(
        _("{directory} cannot be the portal's data directory: {why}.").format(directory=directory, why=error.strerror),
        next_step=_("Name a folder that you may write to: --data FOLDER"),
    )


def create(directory: Path, *, config: Config, now: datetime) -> tuple[str, ...]:
    """Make what is missing in `directory` and return the names of what was made; what exists keeps its content."""
    try:
        return _create(directory, config=config, now=now)
    except OSError as error:
        raise _no_folder(directory, error) from error


def _create(directory: Path, *, config: Config, now: datetime) -> tuple[str, ...]:
    made = []
    for folder in (directory, *(directory / name for name in FOLDERS)):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            made.append(folder.name)
        folder.chmod(0o700)
    if not (directory / CONFIG_FILE).exists():
        _write_private(directory / CONFIG_FILE, config_text(config))
        made.append(CONFIG_FILE)
    if not (directory / SECRETS_FILE).exists():
        _write_private(
            directory / SECRETS_FILE,
            json.dumps(Secrets.generate(organisation=config.organisation, now=now).to_json(), indent=2) + "\n",
        )
        made.append(SECRETS_FILE)
    elif not (known := read_secrets(directory)).issuer_keys:  # of a portal that is older than its badges
        keys = issuer_keys(organisation=read_config(directory).organisation, now=now)
        write_secrets(directory, replace(known, issuer_keys=keys))
        made.append("issuer_keys")
    if read_config(directory).database.engine == database_config.SQLITE:
        # Before SQLite makes it for everybody to read; the journals beside it take its mode.
        database = directory / DATABASE_FILE
        database.touch(mode=0o600)
        database.chmod(0o600)
    return tuple(made)


def write_secrets(directory: Path, secrets: Secrets) -> None:
    """Put `secrets` in the place of those of an initialised `directory`: whole or not at all, for its owner alone."""
    path, new = directory / SECRETS_FILE, directory / f"{SECRETS_FILE}.new"
    new.unlink(missing_ok=True)
    _write_private(new, json.dumps(secrets.to_json(), indent=2) + "\n")
    new.replace(path)


def _write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner reads; never overwrites, not even in a race."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def config_text(config: Config) -> str:
    """`portal.toml` for `config`, with its comments."""
    mail = config.mail
    return f"""\
# Guildmark portal. After a change, restart: guildmark-portal serve

# The address at which candidates reach the portal; with https, cookies are only sent encrypted.
url = {json.dumps(config.url)}
# Who issues the certificates.
organisation = {json.dumps(config.organisation, ensure_ascii=False)}
# Whom candidates write to: a mail address, or a page at https. A program may name another one.
support_contact = {json.dumps(config.support_contact)}
# How many models are graded at the same time.
grading_slots = {config.grading_slots}
# Days after the decision on a check of identity until papers and photo are shredded.
identity_retention_days = {config.identity_retention_days}
# Reviewers who must approve a check of identity: 1, or 2 different ones.
identity_reviewers = {config.identity_reviewers}
# Hours for which somebody can object before support removes a lost passkey or authenticator app of theirs.
recovery_wait_hours = {config.recovery_wait_hours}
# Seconds without a sign of life, of the portal or of its grading, after which running exams get that time back.
outage_after_s = {config.outage_after_s}
# Headers in which a proxy of yours writes the country and region (ISO 3166) that a connection seems to come from, and which it
# takes from nobody else. A connection from a place under embargo is then flagged in the audit table; nobody is refused for it.
country_header = {json.dumps(config.country_header)}
region_header = {json.dumps(config.region_header)}

[mail]
# console: printed where the portal runs. smtp: sent through host and port; its password stands in secrets.json.
transport = {json.dumps(mail.transport)}
sender = {json.dumps(mail.sender, ensure_ascii=False)}
# A mailbox such as bounces@exam.example.org for letters that come back; its mail, that to bounces+ANYTHING too, is piped into
# guildmark-portal returned. Empty: they come back to the sender.
bounces = {json.dumps(mail.bounces)}
host = {json.dumps(mail.host)}
port = {mail.port}
username = {json.dumps(mail.username)}
# starttls, tls or none
security = {json.dumps(mail.security)}
{database_config.text(config.database)}{SAMPLES}"""
