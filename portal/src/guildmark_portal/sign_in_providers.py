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
metadata = "institute.xml"             # a file in the data directory: the organisation's metadata
trusted_domains = ["institute.example.org"]
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from guildmark.i18n import _

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
SAML_STRICT: Final = {"strict": True, "want_assertion_signed": True, "allow_single_label_domains": True}
"""Only signed assertions that somebody here has asked for; a host may be a name without a dot, as `localhost` is."""
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
    """A SAML identity provider; `metadata` is a file in the data directory."""

    id: str
    name: str
    metadata: str
    trusted_domains: tuple[str, ...] = ()


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
        _check_issuer(entry["issuer"])
    return kind(**{**entry, "trusted_domains": tuple(domains)})


def _check_issuer(issuer: str) -> None:
    address = urlsplit(issuer)
    is_local = address.scheme == "http" and address.hostname in {"127.0.0.1", "localhost", "::1"}
    if not address.hostname or (address.scheme != "https" and not is_local):
        raise Unfit(_("the issuer {issuer} must be an address that begins with https://").format(issuer=issuer))


def secret_of(provider: OidcProvider, secrets: Mapping[str, str]) -> str:
    """The client's secret: from the environment, else from the secrets; empty for a public client."""
    variable = f"GUILDMARK_SIGN_IN_SECRET_{provider.id.upper().replace('-', '_')}"
    return os.environ.get(variable) or secrets.get(provider.id, "")


def saml_idp(provider: SamlProvider, directory: Path) -> dict[str, str]:
    """What the identity provider's metadata says: `entity_id`, `sso_url`, `x509cert`. Raises `Unfit`."""
    from onelogin.saml2.errors import OneLogin_Saml2_Error
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

    path = directory / provider.metadata
    try:
        idp = OneLogin_Saml2_IdPMetadataParser.parse(path.read_bytes())["idp"]
        certificate = idp.get("x509cert") or idp["x509certMulti"]["signing"][0]
        return {"entity_id": idp["entityId"], "sso_url": idp["singleSignOnService"]["url"], "x509cert": certificate}
    except (OSError, KeyError, ValueError, SyntaxError, OneLogin_Saml2_Error) as error:
        raise Unfit(
            _("{path} is not the metadata of a SAML identity provider ({kind})").format(path=path, kind=type(error).__name__)
        ) from error


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
