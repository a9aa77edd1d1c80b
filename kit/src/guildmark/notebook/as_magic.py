"""What is said in a notebook: commands of the terminal as a cell takes them, `%guildmark status`."""

import re
from typing import Final

COMMANDS: Final = (
    *("login", "logout", "doctor", "rehearse", "start", "status", "check", "submit", "pin", "unpin", "fetch", "break", "watch"),
    *("finish", "result", "verify"),
)
_COMMAND: Final = re.compile(rf"(?<![\w%./-])guildmark (?=(?:{'|'.join(COMMANDS)})\b)")


def as_magic(text: str) -> str:
    """`text` with a `%` before every command that it names, and options as the magic takes them."""
    return _COMMAND.sub("%guildmark ", text).replace("check=False", "--no-check")
