"""Countries and regions by the names that people use."""

from django import template

from guildmark_portal.profiles import countries, regions
from guildmark_portal.profiles.models import Residence

register = template.Library()


@register.filter
def country_name(code: str) -> str:
    """The country of a code."""
    return countries.name_of(code)


@register.filter
def address_line(residence: Residence) -> str:
    """An address of residence in one line."""
    region, country = regions.name_of(residence.country, residence.region), countries.name_of(residence.country)
    town = f"{residence.postal_code} {residence.locality}".strip()
    return ", ".join(filter(None, (residence.street, town, region, country)))
