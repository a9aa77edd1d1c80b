"""What stands in every export, whoever is listed: the first page, the verifier, keys and lists, and how to host it."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from guildmark.badges.issuer import IssuerFile
from guildmark.badges.verdict import Check, Outcome, Reason, Subject
from guildmark.rules.credential import IdentityLevel
from guildmark_portal.exams.policy import IDENTITY_LEVELS
from guildmark_portal.registry.pages import ENGLISH, LANGUAGES, POLICY, Site, folder_of
from guildmark_portal.web.certificate_standing import DEMONSTRATION, SAYINGS, Saying
from guildmark_portal.web.verify_marks import SUBJECTS

_HOSTING: Final = Path(__file__).with_name("hosting")
"""How to host an export, in every language, and the configurations of servers, which all of them show."""
_NOT_TO_BE_FOUND: Final = (
    *(f"/{folder_of(code)}network/search/" for code, _name in LANGUAGES),
    *("/certificates/*/credential.", "/certificates/*/badge."),
)


def write_fixed(site: Site, issuer: IssuerFile) -> None:
    """Everything but the holders."""
    site.copy_static()
    site.page("", "registry/index.html", dict)
    site.page("verify/", "registry/verify.html", _verifier)
    site.file("404.html", _absent(site))
    document = issuer.model_dump(mode="json")
    site.file("verify/issuer.json", _as_file(document))
    site.file(".well-known/did.json", _as_file(issuer.did_document))
    for signed in issuer.status_lists:
        site.file(urlsplit(signed["id"]).path.lstrip("/"), _as_file(signed))
    site.file("robots.txt", "".join(["User-agent: *\n", *(f"Disallow: {address}\n" for address in _NOT_TO_BE_FOUND)]))
    site.file(".nojekyll", "")
    for code, _name in LANGUAGES:
        site.file("HOSTING.md" if code == ENGLISH else f"HOSTING.{code}.md", _hosting(site, code))


def _verifier() -> dict[str, Any]:
    sayings = [*(SAYINGS[name] for name in SAYINGS if name not in {"declined", "replaced"}), DEMONSTRATION]
    return {"sayings": sayings, "sentences": list(_sentences(sayings).items())}


def _sentences(sayings: list[Saying]) -> dict[str, str]:
    """Everything that `verify.js` may have to say, by the names that it asks for."""
    outcomes = {Outcome.OK: _("fine"), Outcome.FAILED: _("not fine"), Outcome.NOT_DONE: _("not checked")}
    why = {reason: Check(subject=Subject.FORM, outcome=Outcome.FAILED, reason=reason).sentence for reason in Reason}
    return {
        **{f"standing.{saying.name}": str(saying.word) for saying in sayings},
        **{f"subject.{subject.value}": str(words) for subject, words in SUBJECTS.items()},
        **{f"outcome.{outcome.value}": words for outcome, words in outcomes.items()},
        **{f"reason.{reason.value}": words for reason, words in why.items()},
        **{f"identity.{level.value}": str(IDENTITY_LEVELS[level]) for level in IdentityLevel},
        "problem.issuer": _(
            "The issuer's file is missing or damaged, so nothing can be checked. Write to whoever hosts this copy."
        ),
    }


def _absent(site: Site) -> str:
    """One page in all languages: nobody knows what was asked for, so its addresses begin at the root of the host."""
    sections = []
    for code, _name in LANGUAGES:
        with translation.override(code):
            sections.append(render_to_string("registry/absent.html", {"code": code, "folder": folder_of(code)}))
    return render_to_string("registry/404.html", {"facts": site.facts, "policy": POLICY, "sections": sections})


def _hosting(site: Site, code: str) -> str:
    told = {
        "NGINX": _part_of_hosting("nginx.conf").rstrip(),
        "CADDY": _part_of_hosting("Caddyfile").rstrip(),
        "HOST": urlsplit(site.facts.portal).netloc,
        "PORTAL": site.facts.portal,
        "WRITTEN": _day(site.facts.written_at),
        "UNTIL": _day(site.facts.valid_until),
    }
    text = _part_of_hosting(f"hosting.{code}.md")
    for gap, value in told.items():  # configurations first: they have gaps too
        text = text.replace(f"@{gap}@", value)
    return text


def _part_of_hosting(name: str) -> str:
    return (_HOSTING / name).read_text(encoding="utf-8")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _as_file(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
