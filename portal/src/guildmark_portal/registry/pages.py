"""Pages of the export: each in every language, at addresses that work at the root of a host, below a folder, and from a disk.

English stands at the portal's own addresses, the other languages in folders of their own. Links are relative and name
`index.html`, which a reader without a web server needs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.utils import translation

PAGE: Final = "index.html"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'"
)
_FIRST: Final = "en"
_STATIC: Final = (
    *(
        f"guildmark/{name}"
        for name in (
            *("tokens.css", "site.css", "network.css", "network_map.css", "verify.css", "certificate.css"),
            *("band.svg", "rosette.svg", "favicon.svg", "verify/verify.js", "verify/LICENSES.txt", "fonts/OFL.txt"),
        )
    ),
    *(
        f"guildmark/fonts/ibm-plex-sans-{letters}-{weight}-normal.woff2"
        for letters in ("latin", "latin-ext")
        for weight in (400, 600)
    ),
    *(f"registry/{name}" for name in ("registry.css", "search.js", "look_up.js", "from_disk.js")),
)

LANGUAGES: Final[list[tuple[str, str]]] = settings.LANGUAGES

Context = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What every page says: of whom the register is, as of when, and until when its lists hold."""

    organisation: str
    portal: str
    written_at: datetime
    valid_until: datetime


class Site:
    """A folder that becomes a site."""

    def __init__(self, root: Path, facts: Facts) -> None:
        self.root = root
        self.facts = facts

    def page(self, folder: str, template: str, context: Callable[[], Context]) -> None:
        """Write a page in every language. `folder` ends with a slash, or is empty; `context` is asked in each language."""
        for code, _name in LANGUAGES:
            name = folder_of(code)
            root = "../" * f"{name}{folder}".count("/")
            with translation.override(code):
                shared = {
                    "facts": self.facts,
                    "policy": POLICY,
                    "root": root,
                    "home": f"{root}{name}",
                    "language": code,
                    "languages": [(other, said, f"{root}{folder_of(other)}{folder}{PAGE}") for other, said in LANGUAGES],
                }
                text = get_template(template).render({**shared, **context()})
            self.file(f"{name}{folder}{PAGE}", text)

    def file(self, path: str, content: str | bytes) -> None:
        """Write one file."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def everywhere(self, folder: str) -> list[Path]:
        """The places of a folder in every language."""
        return [self.root / folder_of(code) / folder for code, _name in LANGUAGES]

    def copy_static(self) -> None:
        """Styles, scripts, type and marks, at `static/`."""
        for name in _STATIC:
            found = finders.find(name)
            if found is None:
                raise FileNotFoundError(name)
            self.file(f"static/{name}", Path(found).read_bytes())


def folder_of(code: str) -> str:
    """The folder of a language, with a slash at its end; empty for English."""
    return "" if code == _FIRST else f"{code}/"
