"""What comes back for an order by each step of its terms that still holds (rule G6)."""

from dataclasses import dataclass
from datetime import date, datetime

from guildmark.rules.money import Money
from guildmark.rules.refund import money_back
from guildmark_portal.orders import withdrawing
from guildmark_portal.orders.models import Order


@dataclass(frozen=True)
class Step:
    """So much comes back, up to the end of the day `until`."""

    money: Money
    until: date


def to_come(order: Order, *, now: datetime) -> list[Step]:
    """What comes back later than by the step that holds now: nothing of it once the right to sit is over."""
    offered = withdrawing.on_offer(order, now=now)
    if offered is None:
        return []
    last, before, paid = offered.right.valid_until, offered.until, order.money(order.paid)
    steps: list[Step] = []
    for step in withdrawing.terms_of(order):
        day = step.last_day(order.paid_at or now)
        if day <= before or (last is not None and last <= before):
            continue
        before = day if last is None else min(day, last)
        money = money_back(paid, percent=step.percent, still_there=order.facts.returnable)
        if money:
            steps.append(Step(money, before))
    return steps
