"""`/profile/`: what somebody has stated about themselves, what it was before, and where to change it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark_portal.profiles import countries, queries, regions
from guildmark_portal.profiles.models import LegalName, Residence
from guildmark_portal.web.identity_name import names_of
from guildmark_portal.web.ownership import signed_in


@login_required
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The newest facts, and the earlier ones below."""
    user = signed_in(request)
    names, residences = list(LegalName.objects.filter(user=user)), list(Residence.objects.filter(user=user))
    context = {
        "legal_name": names[0] if names else None,
        "earlier_names": names[1:],
        "residence": residences[0] if residences else None,
        "lines": _lines(residences[0]) if residences else [],
        "earlier_residences": [(row, ", ".join(_lines(row))) for row in residences[1:]],
        "certificate_names": names_of(user),
        "statement": queries.person_statement(user),
        "acceptances": queries.acceptances(user),
    }
    return render(request, "guildmark/profile.html", context)


def _lines(residence: Residence) -> list[str]:
    """The address, a line each, without what it has not."""
    lines = (
        residence.street,
        f"{residence.postal_code} {residence.locality}".strip(),
        regions.name_of(residence.country, residence.region),
        countries.name_of(residence.country),
    )
    return [line for line in lines if line]
