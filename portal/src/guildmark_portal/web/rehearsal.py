"""`/exam/UUID/rehearsal/`: before the clock of a real attempt, see that everything works, up to a graded submission.

Nothing here is compulsory, and each check that fails says how the exam is sat all the same. Without JavaScript the sealed exam
can be downloaded and a practice submission handed in; the other checks are a script's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from guildmark.errors import Refused
from guildmark.protocol import SubmissionState
from guildmark_portal import clock
from guildmark_portal.attachments import attachment
from guildmark_portal.engine.state import attempt_state, submission_state
from guildmark_portal.exams import services, storage
from guildmark_portal.exams.deliveries import delivered
from guildmark_portal.exams.models import Attempt, Delivery, Program
from guildmark_portal.exams.rehearsal import READY_MODEL, can_practise, newest_practice, rehearsed_for
from guildmark_portal.exams.rehearsal import ready_model as practice_model
from guildmark_portal.web import wording
from guildmark_portal.web.ownership import own_attempt, signed_in


@dataclass(frozen=True)
class Check:
    """Something that a script looks at. `fallback` is how the exam is sat where it fails, or where no script runs."""

    name: str
    title: str | Promise
    good: str | Promise
    bad: str | Promise
    fallback: str | Promise


CHECKS: Final = (
    Check(
        name="events",
        title=_("News arrives by itself"),
        good=_("This page hears from the portal the moment something changes."),
        bad=_("The portal's news do not come through to this browser."),
        fallback=_("The exam page then asks every few seconds, and without a script you load it again."),
    ),
    Check(
        name="clock",
        title=_("The clock of this computer"),
        good=_("It differs from the portal's by {seconds} seconds."),
        bad=_("It differs from the portal's by {seconds} seconds: do not go by it."),
        fallback=_("The time left on the exam page is the portal's, whatever this computer's clock says."),
    ),
    Check(
        name="checksums",
        title=_("Files are verified"),
        good=_("This browser computes checksums, so no damaged byte goes unnoticed."),
        bad=_("This browser computes wrong checksums."),
        fallback=_("Use another browser or the terminal; the portal verifies every file that arrives, too."),
    ),
    Check(
        name="keeping",
        title=_("The sealed exam can be kept and opened here"),
        good=_("There is room for it, and this browser can open it when the clock runs."),
        bad=_("This browser cannot keep it, or cannot open it at this address."),
        fallback=_("When the clock runs, download the folders as workspace.zip, or use the terminal."),
    ),
)
"""What only the candidate's browser can tell; `rehearsal.js` has a check of each name."""


@dataclass(frozen=True)
class Rehearsed:
    """How far somebody came: where the sealed exam arrived, and their newest practice submission."""

    delivered: tuple[Delivery, ...]
    can_practise: bool
    practice: SubmissionState | None

    @property
    def is_practised(self) -> bool:
        """Whether a practice submission was graded, whatever its score."""
        return self.practice is not None and self.practice.report is not None and self.practice.report.score is not None


def rehearsed(attempt: Attempt, *, now: datetime) -> Rehearsed:
    """How far the candidate of `attempt` came with its rehearsal."""
    newest = newest_practice(attempt.user)
    practice = None if newest is None else submission_state(newest, now=now)
    return Rehearsed(delivered=delivered(attempt), can_practise=can_practise(), practice=practice)


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The checks with their marks; once the clock runs, the exam."""
    attempt, now = own_attempt(request, attempt_id), clock.now()
    if attempt.started_at is not None or attempt.program.is_rehearsal:
        return redirect("web:exam", attempt_id)
    context = {"state": attempt_state(attempt, now=now), "checks": CHECKS, "rehearsed": rehearsed(attempt, now=now)}
    return render(request, "guildmark/rehearsal.html", {**context, "server": request.build_absolute_uri("/").rstrip("/")})


@login_required
@require_POST
def start(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Open the practice exam, or go on with the one that runs."""
    own_attempt(request, attempt_id)
    try:
        practice = services.practise(user=signed_in(request), now=clock.now())
    except (Attempt.DoesNotExist, IntegrityError) as error:  # the account is deleted meanwhile
        raise Http404 from error
    except Program.DoesNotExist:
        messages.error(request, gettext("There is no practice exam on this portal. You can start without it."))
        return redirect("web:rehearsal", attempt_id)
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:rehearsal", attempt_id)
    return redirect("web:exam", practice.pk)


@login_required
@require_safe
def ready_model(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """A model that is trained already, to be handed in at the practice exam by who has no TensorFlow at hand."""
    attempt = own_attempt(request, attempt_id)
    if not attempt.program.is_rehearsal:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{READY_MODEL}"'}
    return HttpResponse(practice_model(attempt), content_type="application/octet-stream", headers=headers)


def after_practice(request: HttpRequest) -> HttpResponse:
    """A practice attempt has no result to read: back to the checks of the exam that is rehearsed for, or to all exams."""
    real = rehearsed_for(signed_in(request))
    return redirect("web:attempts") if real is None else redirect("web:rehearsal", real.pk)


@login_required
@never_cache
@require_POST
def sealed(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """The sealed exam as a file, for a browser without script: nothing in it can be read before the clock runs."""
    attempt = own_attempt(request, attempt_id)
    try:
        offer = services.prepare(attempt=attempt, now=clock.now())
    except Refused as refusal:
        messages.error(request, wording.refusal(refusal))
        return redirect("web:exam", attempt_id)
    return attachment(storage.bundle(attempt.pk, offer.sha256), name="exam.gmb")
