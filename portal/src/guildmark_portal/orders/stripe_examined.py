"""Whether an account at Stripe is set up as orders need it, for `guildmark-portal payments check`; it changes nothing.

What a key may write cannot be tried without writing: a restricted key that reads everything below is said to be good here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import stripe

from guildmark_portal.orders.provider import Examined, Finding

_ENABLED: Final = "enabled"
_ALL: Final = "*"
_LISTED: Final = 100


def examined(v1: Any, *, told_at: str, events: Iterable[str]) -> Iterator[Finding]:
    """One finding a thing, in the order of `Examined`; a key that Stripe does not know ends it."""
    calls: dict[Examined, Callable[[], object]] = {
        Examined.KEY: v1.balance.retrieve,
        Examined.PAGES: lambda: v1.checkout.sessions.list(params={"limit": 1}),
        Examined.REFUNDS: lambda: v1.refunds.list(params={"limit": 1}),
        Examined.DISPUTES: lambda: v1.disputes.list(params={"limit": 1}),
        Examined.MESSAGES: lambda: v1.events.list(params={"limit": 1}),
    }
    for what, call in calls.items():
        said = _refused(call)
        if what is Examined.KEY and said == "permission":
            said = ""  # a restricted key need not see the balance; that it is known is all that was asked
        yield Finding(what, not said, said)
        if said in {"authentication", "no_answer"}:
            return
    yield _endpoint(v1, told_at=told_at, events=frozenset(events))


def _refused(call: Callable[[], object]) -> str:
    """Why Stripe does not answer that, in a short word; empty if it does."""
    try:
        call()
    except stripe.AuthenticationError:
        return "authentication"
    except stripe.PermissionError:
        return "permission"
    except stripe.APIConnectionError:
        return "no_answer"
    except stripe.StripeError as error:
        return str(error.code or error.http_status or "refused")
    return ""


def _endpoint(v1: Any, *, told_at: str, events: frozenset[str]) -> Finding:
    listed: list[Any] = []
    said = _refused(lambda: listed.extend(v1.webhook_endpoints.list(params={"limit": _LISTED}).auto_paging_iter()))
    if said:
        return Finding(Examined.ENDPOINT, is_good=False, said=said)
    ours = [one for one in listed if one.url == told_at]
    if not ours:
        return Finding(Examined.ENDPOINT, is_good=False, said="missing")
    if all(one.status != _ENABLED for one in ours):
        return Finding(Examined.ENDPOINT, is_good=False, said="disabled")
    told = {event for one in ours if one.status == _ENABLED for event in one.enabled_events}
    missing = tuple(sorted(() if _ALL in told else events - told))
    return Finding(Examined.ENDPOINT, not missing, "events" if missing else "", missing)
