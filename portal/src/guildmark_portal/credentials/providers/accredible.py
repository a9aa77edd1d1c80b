"""Accredible, by its HTTP API: https://docs.api.accredible.com. A credential is made of a name, an address and a group.

What the achievement is, how its badge looks and how long it is valid stands in the group, which the operator makes there.
"""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import quote

from guildmark_portal.badge_provider_config import ACCREDIBLE, BadgeProviderConfig
from guildmark_portal.credentials.providers import Handing, Retracting
from guildmark_portal.credentials.providers.faults import Fault, NotTaken
from guildmark_portal.credentials.providers.transport import Answer, ask, require_success

_PATH: Final = "/v1/credentials"
_LONGEST_REFERENCE: Final = 200


class Accredible:
    """Accredible's API at `where.url`."""

    kind: ClassVar[str] = ACCREDIBLE

    def __init__(self, *, where: BadgeProviderConfig, key: str) -> None:
        self._where, self._key = where, key

    def takes(self, program: str) -> bool:
        """The programs that have a group there."""
        return program in self._where.groups

    def hand_over(self, what: Handing, *, now: datetime) -> str:  # noqa: ARG002 - the protocol's signature
        """Make a credential with an id of ours, unless an earlier attempt has made it: two would be two mails to the holder."""
        group = self._where.groups.get(what.program)
        if group is None:
            raise NotTaken(Fault.NOT_SET_UP)
        found = self._ask("GET", _address(what.key))
        if found.status != HTTPStatus.NOT_FOUND:
            return _reference(found)
        recipient = {"name": what.name, "email": what.email}
        credential = {"id": what.key, "recipient": recipient, "group_id": group}
        return _reference(self._ask("POST", _PATH, {"credential": credential}))

    def withdraw(self, what: Retracting, *, now: datetime) -> int:  # noqa: ARG002 - the protocol's signature
        """Delete the credential, and return the status of the answer; one that is not there needs no deleting."""
        answer = self._ask("DELETE", _address(what.reference or what.handed_as))
        return answer.status if answer.status == HTTPStatus.NOT_FOUND else require_success(answer)

    def _ask(self, method: str, path: str, document: dict[str, Any] | None = None) -> Answer:
        headers = {"Authorization": f"Token token={self._key}", "Content-Type": "application/json"}
        body = b"" if document is None else json.dumps(document).encode()
        return ask(self._where, method, f"{self._where.url}{path}", headers=headers, body=body)


def _address(reference: str) -> str:
    return f"{_PATH}/{quote(reference, safe='')}"


def _reference(answer: Answer) -> str:
    """The id of the credential that was answered: a number or a text."""
    require_success(answer)
    try:
        reference = json.loads(answer.body)["credential"]["id"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotTaken(Fault.UNREADABLE, answer.status) from error
    if type(reference) not in {str, int} or not 0 < len(str(reference)) <= _LONGEST_REFERENCE:
        raise NotTaken(Fault.UNREADABLE, answer.status)
    return str(reference)
