"""`/handbook/SLUG/environment/`: the environment guide of a program, as page and PDF, in the reader's language if it has it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guildmark.packs.model import text_in
from guildmark_portal.exams.language import current
from guildmark_portal.exams.queries import explained_version
from guildmark_portal.handbook.guide import Guide, guide
from guildmark_portal.handbook.languages import own_name_of, speaking
from guildmark_portal.handbook.pdf import Cover, NoLetters, pdf
from guildmark_portal.handbook.text import parts
from guildmark_portal.web.handbook import prevails, published


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The guide with its contents; each section can be linked to."""
    version = explained_version(published(slug))
    found = _guide(request, slug)
    context = {
        "program": version.program,
        "title": text_in(version.bank.exam.title, current()),
        "exam": version.bank.exam,
        "text": found,
        "parts": parts(found.text, found.english),
        "languages": [(language, own_name_of(language)) for language in found.languages],
    }
    return render(request, "guildmark/environment.html", context)


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The same text as a PDF; back to the page, with a word on it, where there are no letters to set it with."""
    found = _guide(request, slug)
    try:
        content = pdf(found.text, _cover(slug, found))
    except NoLetters:
        messages.info(request, _("There is no PDF of this guide in its script yet. Read the text here: it is the same."))
        return redirect("web:environment", slug)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="environment-{slug}-{found.language}.pdf"'
    return response


def _guide(request: HttpRequest, slug: str) -> Guide:
    return guide(explained_version(published(slug)), request.GET.get("language") or current())


def _cover(slug: str, found: Guide) -> Cover:
    version = explained_version(published(slug))
    with speaking(found.language):
        # Translators: how a day is written, see the filter date of Django
        day = date_format(version.published_at, "DATE_FORMAT")
        return Cover(
            language=found.language,
            exam=text_in(version.bank.exam.title, found.language),
            title=_("Environment guide"),
            issuer=settings.ORGANISATION,
            edition=_("For exam version %(version)s of %(day)s") % {"version": version.version, "day": day},
            prevails=prevails(),
            contents=_("Contents"),
            address=f"{settings.PORTAL_URL}/handbook/{slug}/environment/",
            written_at=version.published_at,
        )
