"""The organisations whose sign-in a portal takes, as `portal.toml` names them.

[[sign_in.oidc]]                       # OpenID Connect
id = "university"                      # in addresses; unlike every other
name = "University of Example"         # on the button
issuer = "https://id.example.edu"
client_id = "guildmark"                # the secret: secrets.json, "sign_in_secrets": {"university": "…"},
                                       # or the variable GUILDMARK_SIGN_IN_SECRET_UNIVERSITY
trusted_domains = ["example.edu"]      # for these alone the organisation's word on an address is taken

[[sign_in.saml]]                       # SAML 2.0
id = "institute"
name = "Institute"
metadata = "institute.xml"             # the organisation's metadata: a file in the data directory, or an address that
                                       # begins with https://, whose copy `guildmark-portal sign-in fetch` keeps there
trusted_domains = ["institute.example.org"]
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from guildmark.i18n import _

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
SAML_STRICT: Final = {"strict": True, "want_assertion_signed": True, "allow_single_label_domains": True}
"""Only signed assertions that somebody here has asked for; a host may be a name without a dot, as `localhost` is."""
METADATA_AGE_S: Final = 60
"""How long metadata that was read is used before its file is read again."""
_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Unfit(ValueError):
    """Something below `sign_in` cannot be used; the message says what."""


@dataclass(frozen=True, kw_only=True)
class OidcProvider:
    """An OpenID provider."""

    id: str
    name: str
    issuer: str
    client_id: str
    trusted_domains: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SamlProvider:
    """A SAML identity provider; `metadata` is a file in the data directory, or the address that it is published at."""

    id: str
    name: str
    metadata: str
    trusted_domains: tuple[str, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether the metadata has an address."""
        return "://" in self.metadata

    def file(self, directory: Path) -> Path:
        """Where the metadata lies, or the copy of what is published."""
        return directory / (f"saml-{self.id}.xml" if self.is_published else self.metadata)


@dataclass(frozen=True)
class SignIn:
    """Every other organisation."""

    oidc: tuple[OidcProvider, ...] = ()
    saml: tuple[SamlProvider, ...] = ()

    @property
    def all(self) -> tuple[OidcProvider | SamlProvider, ...]:
        """Both kinds."""
        return (*self.oidc, *self.saml)


def parse(document: Any) -> SignIn:
    """The table `sign_in` of the configuration. Raises `Unfit`."""
    if not isinstance(document, Mapping) or set(document) - {"oidc", "saml"}:
        raise Unfit(_("sign_in has entries [[sign_in.oidc]] and [[sign_in.saml]], and nothing else"))
    found = SignIn(
        tuple(_provider(OidcProvider, entry) for entry in document.get("oidc", ())),
        tuple(_provider(SamlProvider, entry) for entry in document.get("saml", ())),
    )
    ids = [provider.id for provider in found.all]
    if len(set(ids)) != len(ids):
        raise Unfit(_("two entries of sign_in have the same id"))
    return found


def _provider(kind: Any, entry: Any) -> Any:
    known = {field.name for field in fields(kind)}
    wanted = known - {"trusted_domains"}
    if not isinstance(entry, Mapping) or set(entry) - known or wanted - set(entry):
        raise Unfit(_("an entry of sign_in has {wanted} and trusted_domains, no more").format(wanted=", ".join(sorted(wanted))))
    domains = entry.get("trusted_domains", ())
    if any(not isinstance(entry[name], str) or not entry[name].strip() for name in wanted):
        raise Unfit(_("every value of an entry of sign_in is a text that is not empty"))
    if not isinstance(domains, (list, tuple)) or not all(isinstance(one, str) and _DOMAIN.fullmatch(one) for one in domains):
        raise Unfit(_("trusted_domains is a list of domains in lower case, such as example.edu"))
    if not _ID.fullmatch(entry["id"]):
        raise Unfit(_("the id {id} must be of small letters, digits and dashes").format(id=entry["id"]))
    if kind is OidcProvider:
        _check_address("issuer", entry["issuer"])
    elif "://" in entry["metadata"]:
        _check_address("metadata", entry["metadata"])
    return kind(**{**entry, "trusted_domains": tuple(domains)})


def _check_address(name: str, value: str) -> None:
    address = urlsplit(value)
    is_local = address.scheme == "http" and address.hostname in {"127.0.0.1", "localhost", "::1"}
    if not address.hostname or (address.scheme != "https" and not is_local):
        raise Unfit(_("the {name} {value} must be an address that begins with https://").format(name=name, value=value))


def secret_of(provider: OidcProvider, secrets: Mapping[str, str]) -> str:
    """The client's secret: from the environment, else from the secrets; empty for a public client."""
    variable = f"GUILDMARK_SIGN_IN_SECRET_{provider.id.upper().replace('-', '_')}"
    return os.environ.get(variable) or secrets.get(provider.id, "")


def saml_idp(provider: SamlProvider, directory: Path) -> dict[str, Any]:
    """What allauth is told of the identity provider. Raises `Unfit`.

    Of metadata that it gets as values it takes one certificate; of metadata that has an address it takes all of them, so that
    a provider can go from one to the next. It therefore reads our own file by its address, anew every minute.
    """
    path = provider.file(directory)
    if provider.is_published and not path.is_file():
        raise Unfit(_("the metadata of {id} was not fetched yet; run: guildmark-portal sign-in fetch").format(id=provider.id))
    try:
        said = read_metadata(path.read_bytes())
    except (OSError, Unfit) as error:
        raise Unfit(
            _("{path} is not the metadata of a SAML identity provider ({kind})").format(
                path=path, kind=type(error.__cause__ or error).__name__
            )
        ) from error
    return {**said, "metadata_url": path.resolve().as_uri(), "metadata_cache_timeout": METADATA_AGE_S}


def read_metadata(document: bytes) -> dict[str, str]:
    """The `entity_id` and `sso_url` of metadata that can be used: with a certificate for signing. Raises `Unfit`."""
    from onelogin.saml2.errors import OneLogin_Saml2_Error
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

    try:
        idp = OneLogin_Saml2_IdPMetadataParser.parse(document)["idp"]
        if "x509cert" not in idp:
            idp["x509certMulti"]["signing"]
        return {"entity_id": idp["entityId"], "sso_url": idp["singleSignOnService"]["url"]}
    except (KeyError, ValueError, SyntaxError, OneLogin_Saml2_Error) as error:
        raise Unfit(_("this is not the metadata of a SAML identity provider")) from error


def valid_until(document: bytes) -> datetime | None:
    """The instant at which metadata ends to be valid, by its own word; None if it never does. Raises `Unfit`."""
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    try:
        root = OneLogin_Saml2_XML.to_etree(document)
        of_idp = OneLogin_Saml2_XML.query(root, "(//md:IDPSSODescriptor)[1]/ancestor-or-self::*[@validUntil]")
        said = [datetime.fromisoformat(element.get("validUntil")) for element in of_idp]
    except (ValueError, SyntaxError) as error:
        raise Unfit(_("this is not the metadata of a SAML identity provider")) from error
    return min((one if one.tzinfo else one.replace(tzinfo=UTC) for one in said), default=None)


def for_allauth(sign_in: SignIn, directory: Path, secrets: Mapping[str, str]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The setting `SOCIALACCOUNT_PROVIDERS`. Raises `Unfit` if a file of metadata cannot be used."""
    oidc = [
        {
            "provider_id": provider.id,
            "name": provider.name,
            "client_id": provider.client_id,
            "secret": secret_of(provider, secrets),
            "settings": {"server_url": provider.issuer.rstrip("/"), "oauth_pkce_enabled": True},
        }
        for provider in sign_in.oidc
    ]
    saml = [
        {
            "provider_id": provider.id,
            "client_id": provider.id,
            "name": provider.name,
            "settings": {"idp": saml_idp(provider, directory), "advanced": SAML_STRICT},
        }
        for provider in sign_in.saml
    ]
    return {"openid_connect": {"APPS": oidc}, "saml": {"APPS": saml}}


def destinations(providers: Mapping[str, Any]) -> list[str]:
    """The origins that a form to sign in elsewhere leads to."""
    apps = [app["settings"] for kind in providers.values() for app in kind["APPS"]]
    addresses = [urlsplit(found["server_url"] if "server_url" in found else found["idp"]["sso_url"]) for found in apps]
    return sorted({f"{address.scheme}://{address.netloc}" for address in addresses})
