"""The terms that come with the portal: published by the first migration, and replaced by whatever the organisation writes."""

from importlib.resources import files
from typing import Any

from django.conf import settings

from guildmark_portal.profiles.models import TermsKind, TermsVersion
from guildmark_portal.profiles.services import publish_terms

VERSION = "1"
ACTOR = "guildmark-portal"


def shipped_texts(kind: TermsKind) -> dict[str, str]:
    """The texts by language, with the organisation's name in them."""
    folder = files("guildmark_portal.profiles").joinpath("texts")
    named = ((path.name.split("."), path) for path in folder.iterdir() if path.name.endswith(".md"))
    return {
        language: path.read_text(encoding="utf-8").replace("ORGANISATION", settings.ORGANISATION)
        for (stem, language, _suffix), path in named
        if stem == kind.value
    }


def ensure_terms(**_signal: Any) -> None:
    """Publish the shipped terms where none were ever published; safe to call at any time."""
    if not TermsVersion.objects.filter(kind=TermsKind.TERMS).exists():
        publish_terms(kind=TermsKind.TERMS, version=VERSION, texts=shipped_texts(TermsKind.TERMS), actor=ACTOR)
