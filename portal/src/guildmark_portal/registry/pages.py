"""Pages of the export: each in every language, at addresses that work at the root of a host, below a folder, and from a disk.

English stands at the portal's own addresses, the other languages in folders of their own. Links are relative and name
`index.html`, which a reader without a web server needs.
"""

from collections.abc import Callable, Iterator, Mapping
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
ENGLISH: Final = "en"
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
        self._root = str(root)

    def page(self, folder: str, template: str, context: Callable[[], Context]) -> None:
        """Write a page in every language. `folder` ends with a slash, or is empty; `context` is asked in each language."""
        for _code in self.in_every_language():
            self.file(self.place_of(folder), self.rendered(folder, template, context()))

    def in_every_language(self) -> Iterator[str]:
        """The code of each language, which is the active one meanwhile."""
        for code, _name in LANGUAGES:
            with translation.override(code):
                yield code

    def place_of(self, folder: str) -> str:
        """The path of the page at `folder`, in the active language."""
        return f"{folder_of(_active())}{folder}{PAGE}"

    def home_of(self, folder: str) -> str:
        """The way from the page at `folder` to the pages in the active language."""
        return f"{_root_of(folder)}{folder_of(_active())}"

    def rendered(self, folder: str, template: str, context: Context) -> str:
        """A page in the active language, as it has to be to stand at `folder`."""
        root = _root_of(folder)
        shared = {
            "facts": self.facts,
            "policy": POLICY,
            "root": root,
            "home": self.home_of(folder),
            "language": _active(),
            "languages": [(other, said, f"{root}{folder_of(other)}{folder}{PAGE}") for other, said in LANGUAGES],
        }
        return get_template(template).render({**shared, **context})

    def file(self, path: str, content: str | bytes) -> None:
        """Write one file. There are a dozen a holder: the folder of most is there, so it is made where it is missed."""
        place = f"{self._root}/{path}"
        try:
            _write(place, content)
        except FileNotFoundError:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
            _write(place, content)

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


def _write(place: str, content: str | bytes) -> None:
    left = memoryview(content.encode() if isinstance(content, str) else content)
    with open(place, "wb", buffering=0) as file:  # noqa: PTH123 - a million times, where a Path takes as long as the writing
        while left:
            left = left[file.write(left) :]  # a disk that is nearly full takes a part, and says so with the next one


def _active() -> str:
    return translation.get_language() or ENGLISH


def _root_of(folder: str) -> str:
    """The way from the page at `folder` in the active language to the root of the site."""
    return "../" * f"{folder_of(_active())}{folder}".count("/")


def folder_of(code: str) -> str:
    """The folder of a language, with a slash at its end; empty for English."""
    return "" if code == ENGLISH else f"{code}/"
