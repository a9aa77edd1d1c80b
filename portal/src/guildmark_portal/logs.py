"""What is logged, and how: to stderr, in lines, never what was sent or a secret."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_TOKENS: Final = re.compile(r"(/(?:camera|invitation|recovery|voucher)/)[^/\s?]+")


class WithoutTokens(logging.Formatter):
    """Lines in which an address that is a secret by itself cannot be read: whoever has it is let in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return _TOKENS.sub(r"\1[token]", super().format(record))


@dataclass(frozen=True)
class InOneLine:
    """A request for a host that is not ours: whoever sent it made a mistake, so it is a warning, without a traceback.

    Equal ones are one, because logging may be set up more than once.
    """

    hosts: tuple[str, ...]

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record."""
        record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
        said = record.getMessage().partition(" You may need")[0]
        record.msg, record.args = f"{said} This portal answers to {', '.join(self.hosts)} alone.", ()
        return True


def without_tracebacks(record: logging.LogRecord) -> bool:
    """Shorten the record of a request that Django refused: whoever sent it made a mistake, and nothing of ours did."""
    if record.name.startswith("django.security."):
        record.levelno, record.levelname, record.exc_info, record.exc_text = logging.WARNING, "WARNING", None, None
    return True


def to_stderr(hosts: Sequence[str]) -> dict[str, Any]:
    """Django's setting `LOGGING`, of a portal that answers to `hosts`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "one_line": {"()": lambda: InOneLine(tuple(hosts))},
            "without_tracebacks": {"()": lambda: without_tracebacks},
        },
        "formatters": {"line": {"()": WithoutTokens, "fmt": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tracebacks"]}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "guildmark_portal": {"level": "INFO"},
            "django.security.DisallowedHost": {"filters": ["one_line"]},
            "django.request": {"level": "ERROR"},  # a 404 or an expired token is no news
        },
    }
