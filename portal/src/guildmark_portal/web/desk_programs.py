"""`/desk/programs/`: programs, what they settle and settled, their exam versions and the stage of each. For owners.

Auditors read along. A fresh sign-in comes before a step is taken: what goes live is what candidates pay for.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark.errors import Refused
from guildmark.protocol import ExamKind
from guildmark.rules.exam_stage import Stage
from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import holds, role_required
from guildmark_portal.exams import pilots, policies, stages
from guildmark_portal.exams.going_live import Override
from guildmark_portal.exams.models import Attempt, ExamVersion, PilotInvitation, Program
from guildmark_portal.exams.policy_names import in_words
from guildmark_portal.exams.refusals import UnknownPolicyVersion
from guildmark_portal.web.desk_program_forms import InviteForm, StepForm
from guildmark_portal.web.desk_program_story import course_of, saying_of, settled_in
from guildmark_portal.web.offers import title_of

_METHODS: Final = ["GET", "HEAD", "POST"]


@role_required(Role.OWNER, readers=(Role.AUDITOR,))
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every program, from the first level to the last, with what is live."""
    programs = Program.objects.exclude(kind=ExamKind.REHEARSAL.value)
    listed = sorted(programs, key=lambda program: (program.policy.level_number, program.slug))
    rows = [(program, title_of(program), [one.exam_version for one in stages.live_stages(program)]) for program in listed]
    return render(request, "guildmark/desk_programs.html", {"rows": rows, "reads_desk": _reads_desk(request)})


@role_required(Role.OWNER, readers=(Role.AUDITOR,))
@never_cache
@require_safe
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """One program: what it settles, its versions, and the history of its settings. `from` and `to` compare two of these."""
    found = _program(slug)
    policies.in_force(found, now=clock.now())
    context = {
        "program": found,
        "title": title_of(found),
        "policy": found.policy,
        "versions": [
            (version, saying_of(stages.stage_of(version)), stages.languages_of(version).replace(",", ", "))
            for version in found.versions.all()
        ],
        "settled": settled_in(found),
        "compared": _compared(found, request),
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_program.html", context)


def _compared(found: Program, request: HttpRequest) -> dict[str, Any] | None:
    """Two versions of the policy, and what differs; None where none were named, or there are none like that."""
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in asked):  # noqa: PLR2004 - a column's width
        return None
    try:
        before, after = (policies.version_of(found, int(number)) for number in asked)
    except UnknownPolicyVersion:
        return None
    changes = [in_words(changed) for changed in policies.differences(before.policy, after.policy)]
    return {"before": before, "after": after, "changes": changes}


@role_required(Role.OWNER, readers=(Role.AUDITOR,))
@never_cache
@require_http_methods(_METHODS)
@fresh_sign_in_required(to_read=False)
def version(request: HttpRequest, number: int) -> HttpResponseBase:
    """One exam version: where it stands and how it came there, what the next step needs, and its pilot. A POST acts."""
    found = _version(number)
    if request.method != "POST":
        return _show(request, found)
    act = {"step": _step, "invite": _invite, "withdraw": _withdraw}.get(request.POST.get("act", ""))
    return redirect("web:desk_version", number) if act is None else act(request, found)


def _step(request: HttpRequest, found: ExamVersion) -> HttpResponse:
    form = _step_form(found, request.POST)
    if not form.is_valid():
        return _show(request, found, step_form=form)
    me, reason = signed_in(request), form.cleaned_data["reason"]
    try:
        row = stages.step(
            version=found,
            to=Stage(form.cleaned_data["to"]),
            actor=me,
            reason=reason,
            now=clock.now(),
            override=Override(me, reason) if form.cleaned_data.get("override") else None,
            seen=_stage(form.cleaned_data["seen"]),
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, _version(found.pk), step_form=form)
    messages.success(request, _("Version {version} is {stage}.").format(version=found.version, stage=stages.name_of(row.value)))
    return redirect("web:desk_version", found.pk)


def _stage(written: str) -> Stage | None:
    return Stage(written) if written in {stage.value for stage in Stage} else None


def _invite(request: HttpRequest, found: ExamVersion) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _show(request, found, invite_form=form)
    try:
        invited = pilots.invite(version=found, emails=form.addresses, actor=signed_in(request), now=clock.now())
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show(request, found, invite_form=form)
    said = _("Addresses that are invited: {count}. Each gets a letter as soon as the pilot can be sat.")
    messages.success(request, said.format(count=len(invited)))
    return redirect("web:desk_version", found.pk)


def _withdraw(request: HttpRequest, found: ExamVersion) -> HttpResponse:
    chosen = request.POST.get("invitation", "")
    invitation = found.invitations.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
    if invitation is not None and pilots.withdraw(invitation=invitation, actor=signed_in(request), now=clock.now()):
        messages.success(request, _("The invitation is withdrawn."))
    return redirect("web:desk_version", found.pk)


def _step_form(found: ExamVersion, data: QueryDict | None = None) -> StepForm:
    following = stages.steps(found)
    lacks = any(not need.fixed for to in following for need in stages.missing(found, to))
    return StepForm(data, stage=stages.stage_of(found), steps=following, lacks=lacks)


def _show(
    request: HttpRequest, found: ExamVersion, *, step_form: StepForm | None = None, invite_form: InviteForm | None = None
) -> HttpResponse:
    stage, following = stages.stage_of(found), stages.steps(found)
    may_act = holds(request.user, Role.OWNER)
    context = {
        "version": found,
        "exam": found.bank.exam,
        "title": title_of(found.program),
        "saying": saying_of(stage),
        "languages": stages.languages_of(found).replace(",", ", "),
        "course": course_of(found),
        "following": [(saying_of(to), stages.missing(found, to)) for to in following],
        "attempts": Attempt.objects.filter(exam_version=found).count(),
        "pilot_sittings": stages.pilot_sittings(found),
        "invitations": [_invited(one) for one in found.invitations.all()],
        "may_act": may_act,
        "may_invite": may_act and stage in pilots.INVITABLE,
        "step_form": step_form or _step_form(found),
        "invite_form": invite_form or InviteForm(),
        "reads_desk": _reads_desk(request),
    }
    return render(request, "guildmark/desk_version.html", context)


def _invited(invitation: PilotInvitation) -> tuple[PilotInvitation, Attempt | None]:
    return invitation, pilots.attempt_with(invitation)


def _program(slug: str) -> Program:
    found = Program.objects.filter(slug=slug).exclude(kind=ExamKind.REHEARSAL.value).first()
    if found is None:
        raise Http404(_("There is no such program."))
    return found


def _version(number: int) -> ExamVersion:
    versions = ExamVersion.objects.select_related("program").exclude(program__kind=ExamKind.REHEARSAL.value)
    found = versions.filter(pk=number).first()
    if found is None:
        raise Http404(_("There is no such version."))
    return found


def _reads_desk(request: HttpRequest) -> bool:
    """Whether somebody may open the desk itself: an owner need not."""
    return holds(request.user, Role.EXAMINER, Role.SUPPORT, Role.AUDITOR)
