"""`/verify/`: whether a certificate is genuine and holds, by its identifier or by any of our files.

A file is checked twice: by itself, with the keys and lists that anybody else would use (`guildmark.badges`), and against our
register. So a file that a stolen key signed, for a certificate that was never issued, is not ours. Nothing of a file is kept.

Reading a file that a stranger made is work. It is bounded in size (`LONGEST_FILE`, and `bodies` before that), in how often
somebody may ask (`rate_limits`), and in how many are read at the same moment (`_AT_ONCE`).
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Final

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark import protocol
from guildmark.badges.verdict import Standing, Verdict
from guildmark.rules.credential import IdentityLevel
from guildmark_portal import clock
from guildmark_portal.credentials.identifiers import in_text, normalised
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.web import certificate_standing, verify_marks, wording
from guildmark_portal.web.certificate_standing import ALTERED, GONE, SAYINGS, Mark, Saying
from guildmark_portal.web.identity_files import files_in_memory
from guildmark_portal.web.refused_bodies import Reason, explained

LONGEST_FILE: Final = 5 * 1024 * 1024
_LONGEST_TYPED: Final = 60
_AT_ONCE: Final = BoundedSemaphore(2)
_WAIT_S: Final = 10.0
_WEIGHS_MORE: Final = frozenset({Standing.REVOKED, Standing.SUSPENDED, Standing.NOT_YET_VALID})
"""What a file says of itself with more weight than a register that knows nothing against it, as after a key was stolen."""


@dataclass(frozen=True)
class Answer:
    """How a certificate stands, what was checked, and what it says: None where nothing may be told of it."""

    saying: Saying
    marks: tuple[Mark, ...]
    certificate: protocol.Certificate | None = None

    @property
    def identity(self) -> IdentityLevel | None:
        """How the holder's identity was checked, which stands beside the word that it holds."""
        return certificate_standing.identity_beside(self.saying, self.certificate)


@files_in_memory
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The two forms, and the answer to one of them."""
    if request.method == "POST":
        return _of_upload(request)
    typed = request.GET.get("identifier", "").strip()
    if not typed:
        return _page(request)
    row = _row(typed)
    if row is None:
        return unknown(request, typed)
    return _page(request, answer=_of_row(row, now=clock.now()), typed=row.identifier)


def unknown(request: HttpRequest, typed: str) -> HttpResponse:
    """The page for an identifier that we never gave, with what is wrong with it."""
    shown = typed[:_LONGEST_TYPED]
    return _page(request, typed=shown, fault=wording.certificate_fault(typed), status=HTTPStatus.NOT_FOUND)


def of_file(content: bytes, *, now: datetime) -> Answer:
    """What a file is worth: by its own signature and lists, and by our register."""
    from guildmark.badges.verification import verify
    from guildmark_portal.credentials.published import issuer_file

    return _with_register(verify(content, issuer_file(now=now), now=now), now=now)


def _of_upload(request: HttpRequest) -> HttpResponse:
    too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="verify_file")
    if too_many is not None:
        return too_many
    file = request.FILES.get("file")
    if file is None:
        return _page(request, file_fault=_("Choose a file first."), status=HTTPStatus.BAD_REQUEST)
    if file.size is None or file.size > LONGEST_FILE:
        return _page(request, file_fault=_("No file of ours is longer than 5 MiB."), status=HTTPStatus.BAD_REQUEST)
    if not _AT_ONCE.acquire(timeout=_WAIT_S):
        status, told = explained(Reason.NO_ROOM)
        return _page(request, file_fault=f"{told.message} {told.next_step}", status=status)
    try:
        answer = of_file(file.read(), now=clock.now())
    finally:
        _AT_ONCE.release()
    return _page(request, answer=answer, file_name=file.name)


def _with_register(verdict: Verdict, *, now: datetime) -> Answer:
    marks = verify_marks.of(verdict)
    if not verdict.standing.is_genuine:
        return Answer(SAYINGS[verdict.standing.value], marks)
    row = _row(verdict.identifier or "")
    if row is None:
        return Answer(SAYINGS[Standing.NOT_OURS.value], (*marks, verify_marks.never_issued()))
    if (row.holder, row.expires_on) != (verdict.holder, verdict.last_day):
        return Answer(SAYINGS[ALTERED], (*marks, verify_marks.says_otherwise()))
    registered = _of_row(row, now=now)
    saying = registered.saying
    if saying.name not in {*GONE, ALTERED} and verdict.standing in _WEIGHS_MORE:
        saying = certificate_standing.saying_of(row, verdict.standing.value)
    return Answer(saying, (*marks, verify_marks.registered(registered.saying)), registered.certificate)


def _row(typed: str) -> Certificate | None:
    return Certificate.objects.prefetch_related("events").filter(identifier=normalised(in_text(typed)) or "").first()


def _of_row(row: Certificate, *, now: datetime) -> Answer:
    looked = certificate_standing.of(row, today=now.date())
    shown = None if looked.is_gone else protocol.Certificate.model_validate(row.document)
    return Answer(looked.saying, looked.marks, shown)


def _page(request: HttpRequest, *, status: int = HTTPStatus.OK, **context: object) -> HttpResponse:
    response = render(request, "guildmark/verify.html", context, status=status)
    if context:
        response["X-Robots-Tag"] = "noindex"
    return response
