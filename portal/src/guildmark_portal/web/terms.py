"""`/terms/`: what candidates agree to, every version that ever was in force, and `/register/terms/`, where they agree."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark_portal import clock
from guildmark_portal.profiles import queries, services
from guildmark_portal.profiles.models import TermsVersion
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.profile_forms import AcceptForm
from guildmark_portal.web.profile_register import onward


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is in force, and what was."""
    now = clock.now()
    in_force = queries.terms_in_force(now=now)
    others = TermsVersion.objects.filter(published_at__lte=now).exclude(pk__in=[version.pk for version in in_force])
    return render(request, "guildmark/terms.html", {"in_force": in_force, "earlier": others})


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """One version, for anybody to read."""
    kind, _dash, number = slug.partition("-")
    version = TermsVersion.objects.filter(kind=kind, version=number, published_at__lte=clock.now()).first()
    if version is None:
        raise Http404(gettext("There are no terms with this address. Look for them in the list of all versions."))
    text = queries.text_of(version, get_language() or "en")
    in_force = version in queries.terms_in_force(now=clock.now())
    return render(request, "guildmark/terms_version.html", {"version": version, "text": text, "in_force": in_force})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """The first document that somebody has not agreed to yet; a POST agrees to the version that the page showed."""
    user = signed_in(request)
    waiting = queries.terms_to_accept(user, now=clock.now())
    if not waiting:
        return onward(request)
    version = waiting[0]
    text = queries.text_of(version, get_language() or "en")
    form = AcceptForm(request.POST or None, initial={"terms": version.slug, "language": text.language})
    if form.is_valid():
        if form.cleaned_data["terms"] == version.slug and version.texts.filter(language=form.cleaned_data["language"]).exists():
            services.accept_terms(user=user, version=version, language=form.cleaned_data["language"])
            return redirect("web:register_terms")
        messages.warning(request, gettext("A new version came into force while you were reading. Please read this one."))
        return redirect("web:register_terms")
    return render(request, "guildmark/register_terms.html", {"version": version, "text": text, "form": form})
