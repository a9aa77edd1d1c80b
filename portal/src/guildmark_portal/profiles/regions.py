"""The regions of countries that are embargoed in part, to choose from: ISO 3166-2 codes, with the names that people use.

Elsewhere a region is typed, if an address has one at all.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REGIONS: Final[dict[str, dict[str, str | Promise]]] = {
    "UA": {
        "UA-71": _("Cherkasy Oblast"),
        "UA-74": _("Chernihiv Oblast"),
        "UA-77": _("Chernivtsi Oblast"),
        "UA-43": _("Crimea"),
        "UA-12": _("Dnipropetrovsk Oblast"),
        "UA-14": _("Donetsk Oblast"),
        "UA-26": _("Ivano-Frankivsk Oblast"),
        "UA-63": _("Kharkiv Oblast"),
        "UA-65": _("Kherson Oblast"),
        "UA-68": _("Khmelnytskyi Oblast"),
        "UA-35": _("Kirovohrad Oblast"),
        "UA-30": _("Kyiv (city)"),
        "UA-32": _("Kyiv Oblast"),
        "UA-09": _("Luhansk Oblast"),
        "UA-46": _("Lviv Oblast"),
        "UA-48": _("Mykolaiv Oblast"),
        "UA-51": _("Odesa Oblast"),
        "UA-53": _("Poltava Oblast"),
        "UA-56": _("Rivne Oblast"),
        "UA-40": _("Sevastopol (city)"),
        "UA-59": _("Sumy Oblast"),
        "UA-61": _("Ternopil Oblast"),
        "UA-05": _("Vinnytsia Oblast"),
        "UA-07": _("Volyn Oblast"),
        "UA-21": _("Zakarpattia Oblast"),
        "UA-23": _("Zaporizhzhia Oblast"),
        "UA-18": _("Zhytomyr Oblast"),
    }
}


def choices(country: str) -> list[tuple[str, str]]:
    """Code and name of every region of `country` that can be chosen; none where the region is typed."""
    return [(code, str(name)) for code, name in REGIONS.get(country, {}).items()]


def name_of(country: str, region: str) -> str:
    """The name of a region in the active language; what was typed stands as it is."""
    return str(REGIONS.get(country, {}).get(region, region))
