"""Reading what a mail server sends back: a report of RFC 3464 on letters that it delivered, delays, or gave up.

Whoever knows a mailbox can write to it, so nothing here is believed that does not come to the sender of a letter's own
envelope (`envelopes`). The message is read with the older parser, which takes whatever arrives.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final

LONGEST: Final = 4 * 1024 * 1024
"""So much of a message is read, in bytes: the report stands before the letter that it sends back."""
_RECIPIENT: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_STATUS: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_CODE: Final = re.compile(r"\b[45]\d\d\b")
_KIND: Final = re.compile(r"^[A-Za-z0-9-]+;\s*")
"""What stands before the words of a mail server: `smtp;`."""
_MOST_SIGNS: Final = 500


@dataclass(frozen=True)
class Report:
    """What became of a letter for one recipient. `action` is RFC 3464's: `failed`, `delayed`, `delivered` and others."""

    action: str
    status: str
    code: str
    words: str

    @property
    def is_final(self) -> bool:
        """Whether the mail server gave the letter up."""
        return self.action == "failed"


def recipients(content: bytes) -> str:
    """Every address that the message says it is for."""
    message = BytesHeaderParser().parsebytes(content)
    return " ".join(_plain(value) for name in _RECIPIENT for value in message.get_all(name, []))


def reports(content: bytes) -> list[Report]:
    """The reports in a message, one for each recipient that it speaks of; none where it is no report.

    No mail server packs one into letters hundreds deep: such a message is none.
    """
    try:
        blocks = list(_statuses(message_from_bytes(content)))
    except RecursionError:
        return []
    return [_report(block) for block in blocks if isinstance(block, Message) and "Action" in block]


def _statuses(message: Message) -> Iterator[object]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            yield from part.get_payload()


def _report(block: Message) -> Report:
    said = _KIND.sub("", _plain(block.get("Diagnostic-Code", "")))
    status, code = _STATUS.search(_plain(block.get("Status", "")) or said), _CODE.search(said)
    return Report(
        action=_plain(block["Action"]).lower(),
        status=status[0] if status else "",
        code=code[0] if code else "",
        words=(said.removeprefix(code[0]).strip() if code else said)[:_MOST_SIGNS],
    )


def _plain(value: object) -> str:
    """A header in one line, without what a terminal or a page would take for more than text."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())
