"""How a holder shows a certificate elsewhere: links that open the other site with a text filled in, and a badge to paste.

All are plain links and text: nothing of another site is loaded, and none learns of it before the holder goes there.
"""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark import protocol
from guildmark_portal.credentials.services import address

_BADGE_WIDTH = 240


@dataclass(frozen=True)
class Field:
    """A field of the form of another site, and what goes into it."""

    id: str
    label: str | Promise
    value: str


@dataclass(frozen=True)
class Sharing:
    """All that the page of the holder offers; `links` are label and address."""

    address: str
    linkedin: str
    fields: tuple[Field, ...]
    links: tuple[tuple[str | Promise, str], ...]
    html: str
    markdown: str


def sharing(certificate: protocol.Certificate) -> Sharing:
    """Everything to share this certificate with."""
    page = address(certificate.identifier)
    badge = f"{settings.PORTAL_URL}{reverse('web:certificate_png', args=[certificate.identifier])}"
    alt = gettext("{title}, certified by {issuer}").format(title=certificate.exam_title, issuer=certificate.issuer)
    return Sharing(
        address=page,
        linkedin=_linkedin(certificate, page),
        fields=_fields(certificate, page),
        links=_links(certificate, page),
        html=f'<a href="{page}"><img src="{badge}" alt="{escape(alt)}" width="{_BADGE_WIDTH}"></a>',
        markdown=f"[![{_plain(alt)}]({badge})]({page})",
    )


def _linkedin(certificate: protocol.Certificate, page: str) -> str:
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": certificate.exam_title,
        "organizationName": certificate.issuer,
        "issueYear": certificate.issued_on.year,
        "issueMonth": certificate.issued_on.month,
        "expirationYear": certificate.expires_on.year,
        "expirationMonth": certificate.expires_on.month,
        "certUrl": page,
        "certId": certificate.identifier,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(asked, quote_via=quote)}"


def _fields(certificate: protocol.Certificate, page: str) -> tuple[Field, ...]:
    return (
        Field("linkedin-name", _("Name"), certificate.exam_title),
        Field("linkedin-organisation", _("Issuing organization"), certificate.issuer),
        Field("linkedin-issued", _("Issue date"), f"{certificate.issued_on:%Y-%m}"),
        Field("linkedin-expires", _("Expiration date"), f"{certificate.expires_on:%Y-%m}"),
        Field("linkedin-id", _("Credential ID"), certificate.identifier),
        Field("linkedin-url", _("Credential URL"), page),
    )


def _links(certificate: protocol.Certificate, page: str) -> tuple[tuple[str | Promise, str], ...]:
    said = gettext("I passed {title}. Anybody can check my certificate:").format(title=certificate.exam_title)
    mail = urlencode({"subject": certificate.exam_title, "body": f"{said}\n{page}"}, quote_via=quote)
    return (
        (_("Post on LinkedIn"), f"https://www.linkedin.com/sharing/share-offsite/?{urlencode({'url': page})}"),
        (_("Post on X"), f"https://x.com/intent/post?{urlencode({'text': said, 'url': page}, quote_via=quote)}"),
        (_("Post on Mastodon"), f"https://share.joinmastodon.org/#{urlencode({'text': f'{said} {page}'}, quote_via=quote)}"),
        (_("Write a mail"), f"mailto:?{mail}"),
    )


def _plain(text: str) -> str:
    """Text for the brackets of a link in Markdown."""
    return text.translate({ord(character): f"\\{character}" for character in "\\[]"})
