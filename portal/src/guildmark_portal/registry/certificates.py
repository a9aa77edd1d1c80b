"""What the export says of a certificate that its holder shows: its page, and the files to be checked and embedded elsewhere."""

from typing import Final

from guildmark import protocol
from guildmark.badges import baking
from guildmark_portal.credentials import badge, files, paper
from guildmark_portal.credentials.models import Certificate
from guildmark_portal.registry.moment import Moment
from guildmark_portal.registry.moulds import Moulds, day_gap, days, gap
from guildmark_portal.registry.pages import Site
from guildmark_portal.web import certificate_standing
from guildmark_portal.web.certificate_standing import Looked

_SHAPE: Final = f"certificates/{gap('identifier')}/"
_GAPS: Final = ("identifier", "holder", "url", "issuer", "program", "exam_title", "exam_version", "level", "framework")
"""Fields of a certificate that a page writes as they are."""


class Certificates:
    """Writes the pages and files of certificates; pictures of badges only where they are asked for."""

    def __init__(self, site: Site, moulds: Moulds, moment: Moment, *, has_badges: bool) -> None:
        self._site = site
        self._moulds = moulds
        self._moment = moment
        self._has_badges = has_badges
        self.achievements: set[tuple[str, str]] = set()
        """Program and version of all that the certificates certify."""

    def write(self, certificate: Certificate) -> None:
        """Everything that stands at the address of a certificate."""
        folder, now = f"certificates/{certificate.identifier}/", self._moment.now
        credential = badge.document_of(certificate, now=now)
        self._site.file(f"{folder}credential.json", credential)
        self._site.file(f"{folder}credential.jwt", badge.jwt_of(certificate, now=now))
        has_badges = self._has_badges and self._write_badges(folder, files.on_badge(certificate), credential.decode())
        self._write_page(folder, certificate, has_badges=has_badges)

    def _write_badges(self, folder: str, facts: paper.BadgeFacts, credential: str) -> bool:
        """Whether there are pictures: of a name that no font of ours can write there are none, here as in the portal."""
        try:
            png, svg = paper.badge_png(facts), paper.badge_svg(facts)
        except paper.NoLetters:
            return False
        self._site.file(f"{folder}badge.png", baking.bake_png(png, credential))
        self._site.file(f"{folder}badge.svg", baking.bake_svg(svg, credential))
        return True

    def _write_page(self, folder: str, certificate: Certificate, *, has_badges: bool) -> None:
        document = protocol.Certificate.model_validate(certificate.document)
        self.achievements.add((document.program, document.exam_version))
        looked = certificate_standing.of(certificate, today=self._moment.today)
        like = _with_gaps(document)
        sort = ("certificate", like, looked.saying.name, has_badges)
        said = {name: str(getattr(document, name)) for name in _GAPS}
        for _code in self._site.in_every_language():
            filling = {**said, **days(document.issued_on, document.expires_on)}
            text = self._moulds.filled(sort, lambda: self._with_gaps(like, looked, has_badges=has_badges), filling)
            self._site.file(self._site.place_of(folder), text)

    def _with_gaps(self, like: protocol.Certificate, looked: Looked, *, has_badges: bool) -> str:
        identity = certificate_standing.identity_beside(looked.saying, like)
        context = {"certificate": like, "looked": looked, "identity": identity, "has_badges": has_badges}
        return self._site.rendered(_SHAPE, "registry/certificate.html", context)


def _with_gaps(document: protocol.Certificate) -> protocol.Certificate:
    """The same certificate as everybody's with its scores: what is left in it is what makes a sort of page."""
    gaps: dict[str, object] = {name: gap(name) for name in _GAPS}
    return document.model_copy(
        update={**gaps, "issued_on": day_gap(0), "expires_on": day_gap(1), "key_id": "", "signature": ""}
    )
