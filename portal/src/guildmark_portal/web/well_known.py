"""What a verifier anywhere needs of us: `/.well-known/did.json`, the status lists, and all of it in one file to keep.

No person stands in any of these, so that caches may keep them for as long as a change may take to be seen. Scripts of other
sites may read them.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from guildmark.rules.credential import StatusPurpose
from guildmark_portal import clock
from guildmark_portal.credentials import issuer, published, status

CREDENTIAL: Final = "application/vc"
_DID_DOCUMENT: Final = "application/did+ld+json"
_FRESH_FOR_S: Final = 300
_MOST_LISTS: Final = 1_000_000
"""A number beyond what a database counts to is no list either."""


@require_safe
def did_document(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes its request
    """The keys with which we sign, and signed."""
    return _cached(HttpResponse(json_of(issuer.did_document()), content_type=_DID_DOCUMENT))


@require_safe
def status_list(request: HttpRequest, number: int, purpose: str) -> HttpResponse:  # noqa: ARG001 - as above
    """One signed status list. Raises `Http404` for one that there is not."""
    if purpose not in {one.value for one in StatusPurpose} or number > _MOST_LISTS:
        raise Http404(gettext("There is no such list."))
    signed = status.signed_list(number, StatusPurpose(purpose), now=clock.now())
    if signed is None:
        raise Http404(gettext("There is no such list."))
    return _cached(HttpResponse(json_of(signed), content_type=CREDENTIAL))


@require_safe
def issuer_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as above
    """Keys and lists in one file: with it `guildmark verify` needs no network, and none of us."""
    document = published.issuer_file(now=clock.now()).model_dump(mode="json")
    return _cached(HttpResponse(json_of(document), content_type="application/json"))


def json_of(document: Mapping[str, Any]) -> bytes:
    """The document as a file, for people too; its names are sorted, because PostgreSQL keeps no order of them."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def readable_from_elsewhere(response: HttpResponse) -> HttpResponse:
    """The answer, for scripts of any site too, which come without cookies; and for pages that show it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _cached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={_FRESH_FOR_S}"
    return readable_from_elsewhere(response)
