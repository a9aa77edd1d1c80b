"""`write`: the whole register as a site of files, in place of the one that stood there."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from guildmark_portal.audit import services as audit
from guildmark_portal.credentials.last_signed import EXPORTED
from guildmark_portal.registry import achievements, lists, network
from guildmark_portal.registry.certificates import Certificates
from guildmark_portal.registry.fixed import write_fixed
from guildmark_portal.registry.moment import Moment
from guildmark_portal.registry.moulds import Moulds
from guildmark_portal.registry.pages import Facts, Site
from guildmark_portal.registry.people import People, Told
from guildmark_portal.registry.placing import MARK, in_place_of
from guildmark_portal.registry.profiles import Profiles

ACTOR: Final = "guildmark-portal export-registry"


@dataclass(frozen=True)
class Exported:
    """What an export holds: holders and certificates with pages, status lists, and the end of these."""

    holders: int
    certificates: int
    lists: int
    valid_until: datetime


def write(
    folder: Path, *, years: int, now: datetime, has_badges: bool = True, told: Told = lambda _done, _of: None
) -> Exported:
    """Write the export, whole or not at all; status lists in it hold for `years`. Raises `registry.refusals`.

    Pictures of badges are most of what an export takes on a disk: without `has_badges`, they are left out.
    """
    moment, valid_until = Moment(now), lists.until(now, years)
    with in_place_of(folder) as draft:
        site = Site(draft, Facts(settings.ORGANISATION, settings.PORTAL_URL, now, valid_until))
        moulds = Moulds()
        profiles = Profiles(site, moulds)
        certificates = Certificates(site, moulds, moment, has_badges=has_badges)
        people = People(site, moment, profiles, certificates)
        people.write_all(told)
        network.write(site, people, profiles, moment)
        achievements.write(site, named=certificates.achievements)
        issuer = lists.issuer_file(now=now, valid_until=valid_until)  # last: a credential gets its place when it is made
        write_fixed(site, issuer)
        made = Exported(people.holders, people.certificates, len(issuer.status_lists), valid_until)
        site.file(MARK, _about(made, now))
    audit.record(
        actor=ACTOR,
        action=EXPORTED,
        subject="registry",
        detail={"holders": made.holders, "certificates": made.certificates, "valid_until": valid_until.isoformat()},
    )
    return made


def _about(made: Exported, now: datetime) -> str:
    document: dict[str, Any] = {
        "format": 1,
        "portal": settings.PORTAL_URL,
        "organisation": settings.ORGANISATION,
        "written_at": now.isoformat(),
        "valid_until": made.valid_until.isoformat(),
        "holders": made.holders,
        "certificates": made.certificates,
        "status_lists": made.lists,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
