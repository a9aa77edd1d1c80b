"""What was checked of a file, in words: each check of `guildmark.badges` and that of our register, with a mark."""

from types import MappingProxyType
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guildmark.badges.verdict import Check, Outcome, Subject, Verdict
from guildmark_portal.web.certificate_standing import HOLDING, Mark, Saying

SUBJECTS: Final[MappingProxyType[Subject, str | Promise]] = MappingProxyType(
    {
        Subject.FORM: _("Its form"),
        Subject.FILE: _("The file, from first byte to last"),
        Subject.ISSUER: _("Its issuer"),
        Subject.KEY: _("The key that signed it"),
        Subject.SIGNATURE: _("Its signature"),
        Subject.TERMS: _("Its wording"),
        Subject.DATES: _("Its dates"),
        Subject.REVOCATION: _("The list of revoked certificates"),
        Subject.SUSPENSION: _("The list of suspended certificates"),
        Subject.REFRESH: _("The list of renewed certificates"),
        Subject.PICTURE: _("Its picture"),
    }
)
_LISTS: Final = frozenset({Subject.REVOCATION, Subject.SUSPENSION, Subject.REFRESH})
_TONES: Final = {Outcome.OK: "good", Outcome.FAILED: "bad", Outcome.NOT_DONE: "plain"}


def of(verdict: Verdict) -> tuple[Mark, ...]:
    """The checks of a file, in their order; of a file that names no list, our register tells instead."""
    done = (check for check in verdict.checks if check.subject not in _LISTS or check.outcome is not Outcome.NOT_DONE)
    return tuple(map(_mark, done))


def registered(saying: Saying) -> Mark:
    """It stands in our register, and how."""
    if saying.name in {*HOLDING, "expired"}:
        return Mark("good", gettext("Our register: it stands there, and was not taken back."))
    return Mark(saying.tone, gettext("Our register: {standing}.").format(standing=saying.word))


def never_issued() -> Mark:
    """Nothing of the kind stands in our register."""
    return Mark("bad", gettext("Our register: no such certificate was ever issued."))


def says_otherwise() -> Mark:
    """Our register has it with another name or other dates."""
    return Mark("bad", gettext("Our register: what stands there is something else."))


def _mark(check: Check) -> Mark:
    tone = "caution" if check.subject is Subject.REFRESH and check.outcome is Outcome.FAILED else _TONES[check.outcome]
    says = SUBJECTS[check.subject]
    return Mark(tone, f"{says}: {check.sentence}" if check.sentence else says)
