"""The list of embargoed places that is in force: the operator's, or the one that came with the rules."""

from functools import lru_cache
from importlib.resources import files

import tomllib
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from guildmark.rules.eligibility import Embargo, EmbargoedPlace

FILE = "embargoes.toml"


def in_force() -> Embargo:
    """The places of `embargoes.toml` in the data directory if there is one, else of the shipped list."""
    own = settings.DATA_DIR / FILE
    if own.exists():
        return _parsed(own.read_text(encoding="utf-8"), str(own))
    return _parsed(files("guildmark.rules").joinpath(FILE).read_text(encoding="utf-8"), FILE)


@lru_cache(maxsize=4)
def _parsed(text: str, name: str) -> Embargo:
    try:
        return tuple(_place(entry) for entry in tomllib.loads(text)["place"])
    except (ValueError, TypeError, KeyError) as error:
        raise ImproperlyConfigured(
            f"{name} cannot be used: {error}. Compare it with the list that came with Guildmark."
        ) from error


def _place(entry: dict[str, str | list[str]]) -> EmbargoedPlace:
    lists = {key: tuple(value) for key, value in entry.items() if key != "name"}
    return EmbargoedPlace(name=str(entry["name"]), **lists)
