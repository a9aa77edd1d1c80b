"""What a page may load and where its forms may lead, as browsers are told: nothing from elsewhere, no script in a page."""

from collections.abc import Sequence
from typing import Any


def leading_to(origins: Sequence[str]) -> dict[str, Any]:
    """The setting `CONTENT_SECURITY_POLICY`. Browsers hold it against the redirect that follows a form too: to `origins`."""
    own = ["'self'"]
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": own,
            "style-src": own,
            "img-src": [*own, "data:"],
            "font-src": own,
            "connect-src": own,
            "form-action": [*own, *origins],
            "frame-ancestors": ["'none'"],
            "base-uri": ["'none'"],
        }
    }
