"""A person's browser, as far as signing in and allowing a device need one: it follows links and fills in forms over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

FillIn = dict[str, str]


@dataclass
class Form:
    """A form of a page: where it goes, and the fields that it has with their values."""

    action: str
    method: str
    fields: FillIn = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(action=given.get("action", ""), method=given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is None or "name" not in given:
            return
        elif tag == "button" or (tag == "input" and given.get("type") == "submit"):
            self._open.buttons.append((given["name"], given.get("value", "")))
        elif tag == "input" and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self._open.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


class Browser:
    """One person's browser: cookies are kept, redirects are followed."""

    def __init__(self, base_url: str, *, read_code: Callable[[str], str]) -> None:
        """`read_code` waits for the sign-in code that was mailed to an address."""
        self._http = httpx.Client(base_url=base_url, follow_redirects=True, timeout=30)
        self._read_code = read_code

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str) -> httpx.Response:
        """Open a page. Raises `httpx.HTTPStatusError` for anything but success."""
        return self._http.get(path).raise_for_status()

    def submit(
        self, page: httpx.Response, values: FillIn, *, having: str, button: tuple[str, str] | None = None
    ) -> httpx.Response:
        """Fill in and send the form of `page` that has a field or button named `having`."""
        reader = _FormReader()
        reader.feed(page.text)
        for form in reader.forms:
            if form.method == "post" and (having in form.fields or having in {name for name, _ in form.buttons}):
                filled = {**form.fields, **values, **(dict([button]) if button else {})}
                target = urljoin(str(page.url), form.action)
                return self._http.post(target, data=filled, headers={"Referer": str(page.url)}).raise_for_status()
        raise LookupError(f"no form with {having!r} on {page.url}")

    def sign_up(self, email: str, name: str) -> None:
        """Make an account and confirm its address with the mailed code. `name` is what a certificate would say."""
        page = self.submit(self.get("/accounts/signup/"), {"email": email, "name": name}, having="email")
        self.submit(page, {"code": self._read_code(email)}, having="code")

    def allow_device(self, verification_url: str) -> None:
        """Let the client that showed `verification_url` (its code included) act for the person who is signed in."""
        self.submit(self.get(verification_url), {}, having="action", button=("action", "confirm"))
