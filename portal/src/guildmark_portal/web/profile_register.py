"""`/register/`: the way to an exam, one thing a page. Nothing is asked twice, and nothing that no open program asks for."""

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guildmark import i18n
from guildmark_portal import clock
from guildmark_portal.exams.entitling import usable
from guildmark_portal.exams.retakes import wait_until
from guildmark_portal.orders.opening import is_sold
from guildmark_portal.profiles import countries, queries, services
from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address
from guildmark_portal.web import before_payment, profile_steps, voucher_kept
from guildmark_portal.web.offers import title_of
from guildmark_portal.web.ownership import signed_in
from guildmark_portal.web.profile_forms import AddressForm, CountryForm, LegalNameForm, PersonForm

METHODS = ["GET", "HEAD", "POST"]


@login_required
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list of steps, with what is done and what comes next."""
    user, program, now = signed_in(request), profile_steps.program_of(request), clock.now()
    programs = [] if program is None else [program]
    fees = before_payment.fees_of(user, programs, code=voucher_kept.kept(request), now=now)
    context = {
        "program": program,
        "title": "" if program is None else title_of(program),
        "progress": profile_steps.progress(user, program, now=now),
        "right": None if program is None else usable(user=user, program=program, now=now),
        "takes_voucher": program is not None and not program.is_free,
        "owes": before_payment.owes(user, program, now=now),
        "is_sold": program is not None and is_sold(program),
        "fee": None if program is None else fees.get(program.slug),
        "awaited": before_payment.awaited(user, program, now=now),
        "again": None if program is None else wait_until(user=user, program=program, now=now),
    }
    return render(request, "guildmark/register.html", context)


@login_required
@never_cache
@require_http_methods(METHODS)
def name(request: HttpRequest) -> HttpResponse:
    """The legal name, and its Latin form."""
    user = signed_in(request)
    known = queries.legal_name(user)
    initial = {"name": known.name, "latin_name": known.latin_name} if known else {"name": user.name}
    form = LegalNameForm(request.POST or None, initial=initial)
    if form.is_valid():
        services.record_name(user=user, full_name=form.full_name)
        return onward(request)
    return _page(request, "name", gettext("Your legal name"), form)


@login_required
@never_cache
@require_http_methods(METHODS)
def country(request: HttpRequest) -> HttpResponse:
    """The country of residence. Where it decides by itself, no address is asked."""
    user = signed_in(request)
    known = queries.residence(user)
    form = CountryForm(request.POST or None, initial={"country": known.country if known else ""})
    if form.is_valid():
        chosen = form.cleaned_data["country"]
        if any(chosen in place.countries for place in in_force()):
            services.record_residence(user=user, address=Address(in_force(), chosen))
            return redirect("web:register_place")
        return redirect(_with_return(request, f"{reverse('web:register_address')}?country={chosen}"))
    return _page(request, "country", gettext("Where do you live?"), form)


@login_required
@never_cache
@require_http_methods(METHODS)
def address(request: HttpRequest) -> HttpResponse:
    """The address in the country that was chosen before."""
    user, chosen = signed_in(request), request.GET.get("country", "")
    if chosen not in countries.COUNTRIES:
        return redirect("web:register_country")
    known = queries.residence(user)
    initial = {}
    if known is not None and known.country == chosen:
        lines = ("region", "locality", "postal_code", "street")
        initial = {line: getattr(known, line) for line in lines}
    form = AddressForm(request.POST or None, initial=initial, country=chosen)
    if form.is_valid():
        services.record_residence(user=user, address=form.address)
        return redirect("web:register_place") if queries.residence_refusals(user) else onward(request)
    title = gettext("Your address: %(country)s") % {"country": countries.name_of(chosen)}
    return _page(request, "address", title, form)


@login_required
@never_cache
@require_http_methods(METHODS)
def person(request: HttpRequest) -> HttpResponse:
    """The statement of being a natural person, once and for all."""
    user = signed_in(request)
    form = PersonForm(request.POST or None)
    if form.is_valid():
        services.state_natural_person(user=user, wording=str(form.fields["stated"].label))
        return onward(request)
    return _page(request, "person", gettext("You register for yourself"), form, stated=queries.person_statement(user))


@login_required
@never_cache
@require_safe
def place(request: HttpRequest) -> HttpResponse:
    """Why somebody cannot sit an exam where they live, and what they can do."""
    user = signed_in(request)
    refusals = queries.residence_refusals(user)
    if not refusals:
        return redirect("web:register")
    return render(request, "guildmark/register_place.html", {"place": i18n._(refusals[0].place)})


def onward(request: HttpRequest) -> HttpResponse:
    """On to the next step; back to the profile for who came from there to change something."""
    if request.GET.get("from") == "profile":
        return redirect("web:profile")
    program = profile_steps.program_of(request)
    return redirect(profile_steps.next_address(signed_in(request), program, now=clock.now()))


def _with_return(request: HttpRequest, destination: str) -> str:
    return f"{destination}&from=profile" if request.GET.get("from") == "profile" else destination


def _page(request: HttpRequest, page: str, title: str, form: Form, **more: object) -> HttpResponse:
    return render(request, f"guildmark/register_{page}.html", {"title": title, "form": form, **more})
