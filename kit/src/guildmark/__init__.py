"""Guildmark: certification of hands-on machine-learning skill. This package is the candidate's side of it.

`from guildmark import submit` hands a model in from a script; `guildmark.client` is the library under every tool.
"""

from typing import TYPE_CHECKING, Any

from guildmark.version import __version__

__all__ = ["HandedIn", "__version__", "submit"]

if TYPE_CHECKING:
    from guildmark.scripting import HandedIn, submit


def __getattr__(name: str) -> Any:
    """Load what scripts use when they ask for it: whoever wants a part of the package pays for no other."""
    if name in ("HandedIn", "submit"):
        from guildmark import scripting

        return getattr(scripting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
