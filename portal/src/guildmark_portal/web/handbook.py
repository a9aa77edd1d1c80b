"""`/handbook/` and `/handbook/SLUG/`: candidate handbooks with environment guide, as page and PDF, and acknowledging them.

A text that has changed since the newest edition (a new version of the portal words it differently) becomes an edition when it
is first read: what is shown is always what is kept. The text is shown in the reader's language, or in the one that `?language=`
names, where the edition has it; what stands around it on the page stays in the reader's language.
"""

from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guildmark.packs.model import text_in
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.exams.language import current
from guildmark_portal.exams.models import Program
from guildmark_portal.exams.queries import explained_version, was_offered
from guildmark_portal.handbook import queries, services
from guildmark_portal.handbook.languages import ENGLISH, own_name_of, speaking
from guildmark_portal.handbook.models import Edition, EditionText
from guildmark_portal.handbook.pdf import Cover, NoLetters, pdf
from guildmark_portal.handbook.text import parts
from guildmark_portal.web.offers import offers_to

_LONGEST_NUMBER: Final = 9


def published(slug: str) -> Program:
    """The program that has a handbook. Raises `Http404`."""
    program = Program.objects.filter(slug=slug).first()
    if program is None or program.is_rehearsal or not was_offered(program):
        raise Http404(_("There is no handbook of this name."))
    return program


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The handbooks of the programs that are open."""
    return render(request, "guildmark/handbooks.html", {"offers": offers_to(())})


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The edition that holds, with its contents, what changed, and a place to acknowledge it."""
    program = published(slug)
    edition = services.keep_edition(program=program, now=clock.now())
    text = edition.text_in(_language(request))
    user = request.user
    context = {
        "exam": explained_version(program).bank.exam,
        "earlier": [(old, old.text_in(text.language).changes) for old in queries.editions(program)[1:]],
        "asks": program.policy.registration.handbook,
        "acknowledged": isinstance(user, User) and queries.has_acknowledged(user=user, program=program),
        "next": _next(request),
    }
    return render(request, "guildmark/handbook.html", {**_shown(edition, text), **context})


@require_safe
def earlier(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """An edition that held once: whoever acknowledged it can read what they acknowledged."""
    program = published(slug)
    edition = get_object_or_404(Edition.objects.prefetch_related("texts"), program=program, number=number)
    if edition == services.keep_edition(program=program, now=clock.now()):
        return redirect("web:handbook", slug)
    shown = _shown(edition, edition.text_in(_language(request)))
    return render(request, "guildmark/handbook.html", {**shown, "superseded": True})


def _language(request: HttpRequest) -> str:
    """The language that is asked for: by the address, else the reader's."""
    return request.GET.get("language") or current()


def _shown(edition: Edition, text: EditionText) -> dict[str, Any]:
    """An edition as a page shows it, in the language of `text`."""
    read = parts(text.text, edition.text_in(ENGLISH).text)
    anchors = {section.title: section.anchor for part in read for section in part.sections}
    return {
        "program": edition.program,
        "title": _title(edition.program, current()),
        "edition": edition,
        "text": text,
        "parts": read,
        "changes": [{**change, "anchor": anchors.get(change["section"])} for change in text.changes],
        "languages": [(language, own_name_of(language)) for language in edition.languages],
        "prevails": prevails() if len(edition.languages) > 1 else "",
    }


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same text as a PDF; back to the page, with a word on it, where there are no letters to set it with."""
    program = published(slug)
    text = services.keep_edition(program=program, now=clock.now()).text_in(_language(request))
    try:
        content = pdf(text.text, _cover(program, text))
    except NoLetters:
        messages.info(request, _("There is no PDF of this handbook in its script yet. Read the text here: it is the same."))
        return redirect("web:handbook", slug)
    response = HttpResponse(content, content_type="application/pdf")
    name = f"handbook-{program.slug}-{text.edition.number}-{text.language}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cover(program: Program, text: EditionText) -> Cover:
    edition = text.edition
    with speaking(text.language):
        # Translators: how a day is written, see the filter date of Django
        day = date_format(edition.written_at, "DATE_FORMAT")
        return Cover(
            language=text.language,
            exam=_title(program, text.language),
            title=_("Candidate handbook and environment guide"),
            issuer=settings.ORGANISATION,
            edition=_("Edition %(number)s of %(day)s") % {"number": edition.number, "day": day},
            prevails=prevails(),
            contents=_("Contents"),
            address=f"{settings.PORTAL_URL}/handbook/{program.slug}/",
            written_at=edition.written_at,
        )


def _title(program: Program, language: str) -> str:
    return text_in(explained_version(program).bank.exam.title, language)


def prevails() -> str:
    """Which language holds where they differ."""
    return _("Where the languages of this handbook differ, the English text prevails.")


@login_required
@require_POST
def acknowledge(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep somebody's word that they read the edition `number` in `language`, and lead them on to `next`."""
    program = published(slug)
    services.keep_edition(program=program, now=clock.now())
    number, language = request.POST.get("number", ""), request.POST.get("language") or ENGLISH
    if not isinstance(request.user, User) or not _is_number(number) or request.POST.get("read") != "yes":
        messages.error(request, _("Tick the box below the handbook to acknowledge it."))
        return _once_more(request, slug)
    try:
        services.acknowledge(user=request.user, program=program, number=int(number), language=language, now=clock.now())
    except services.EditionSuperseded as error:
        messages.error(request, str(error))
        return _once_more(request, slug)
    messages.success(request, _("Your acknowledgement of the handbook is kept."))
    wanted = _next(request)
    return HttpResponseRedirect(wanted) if wanted else redirect("web:handbook", slug)


def _once_more(request: HttpRequest, slug: str) -> HttpResponse:
    """The page again, which still knows where its reader wanted to go."""
    wanted, page = _next(request), reverse("web:handbook", args=[slug])
    return redirect(f"{page}?{urlencode({'next': wanted})}" if wanted else page)


def _is_number(text: str) -> bool:
    """Whether it can be the number of an edition: digits, and not thousands of them."""
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER


def _next(request: HttpRequest) -> str:
    """Where somebody came from on the way through registration: an address of this site, or nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
