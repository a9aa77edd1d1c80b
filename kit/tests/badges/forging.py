"""What a forgery is, and what forgers have: every file that the issuer handed out, and keys of their own, never its keys.

Where a key of the issuer's signs a forgery all the same, that is what the forgery is about (a compromised or a retired key).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from kit.tests.badges import issuing
from kit.tests.badges.issuing import PdfKey

from guildmark.badges.keys import EddsaKey, Es256Key
from guildmark.badges.verdict import Reason, Standing

EVE = "Eve Forger"
FOREIGN = issuing.Issuer(url="https://forger.example")
FORGERS_EDDSA, FORGERS_ES256, FORGERS_PDF = EddsaKey.generate(), Es256Key.generate(), PdfKey.generate()

# What a forgery must be found to be, and why.
SIGNATURE = (Standing.ALTERED, Reason.SIGNATURE)
TERMS = (Standing.ALTERED, Reason.TERMS)
EDITED = (Standing.ALTERED, Reason.EDITED)
OTHER_ISSUER = (Standing.NOT_OURS, Reason.OTHER_ISSUER)
UNKNOWN_KEY = (Standing.NOT_OURS, Reason.UNKNOWN_KEY)
OWN_KEY = (Standing.NOT_OURS, Reason.OWN_KEY)
OTHER_ALGORITHM = (Standing.NOT_OURS, Reason.OTHER_ALGORITHM)
UNSIGNED = (Standing.NOT_OURS, Reason.UNSIGNED)
KEY_COMPROMISED = (Standing.NOT_OURS, Reason.KEY_COMPROMISED)
KEY_RETIRED = (Standing.NOT_OURS, Reason.KEY_RETIRED)
BROKEN = (Standing.UNREADABLE, Reason.BROKEN)
TRAILING = (Standing.UNREADABLE, Reason.TRAILING)
SAYS_TWICE = (Standing.UNREADABLE, Reason.SAYS_TWICE)
SEVERAL = (Standing.UNREADABLE, Reason.SEVERAL)
NONE_INSIDE = (Standing.UNREADABLE, Reason.NONE_INSIDE)
FORBIDDEN = (Standing.UNREADABLE, Reason.FORBIDDEN)
UNKNOWN_KIND = (Standing.UNREADABLE, Reason.UNKNOWN_KIND)


@dataclass(frozen=True)
class Forgery:
    """`make` turns an issuer's genuine file (`of`: the attribute of `issuing.Issuer` that has it) into a forged one."""

    name: str
    make: Callable[[issuing.Issuer, bytes], bytes]
    is_found: tuple[Standing, Reason]
    retired: tuple[str, datetime] | None = None
    """The issuer's key that was retired, and when;"""
    compromised: str | None = None
    """and that fell into wrong hands."""
    of: str = ""

    @property
    def is_in_the_file(self):
        """Whether it is a forged file, and not a genuine one by a key that does not count any more."""
        return self.retired is None and self.compromised is None

    def issuer(self, issuer):
        """The issuer whose published keys this one is to be held against."""
        retired = dict([self.retired]) if self.retired else {}
        return issuer.but(retired=retired, compromised={self.compromised: issuer.now} if self.compromised else {})


def made_of(kind, *forgeries):
    return tuple(replace(forgery, of=kind) for forgery in forgeries)


def as_it_is(_issuer, genuine):
    return genuine


def changed(change):
    """A forgery of a JSON document that `change` edits in place."""

    def make(issuer, genuine):
        document = json.loads(genuine)
        return json.dumps(change(document, issuer) or document).encode()

    return make


def setting(*path):
    """A forgery that sets what the path, all but its last, leads to."""
    *way, last, value = path

    def change(document, _issuer):
        place = document
        for step in way:
            place = place[step]
        place[last] = value

    return changed(change)


def for_eve(issuer):
    return json.dumps(issuer.but(changes={"holder": EVE}, eddsa=FORGERS_EDDSA).document)


def altered_text(genuine):
    return genuine.decode().replace("Ada Lovelace", EVE)
