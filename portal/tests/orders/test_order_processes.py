"""The portal is killed between payment and entitlement, and two processes settle at once: exactly one right (rule G6)."""

import json
from pathlib import Path

import pytest
from portal.tests.exams.test_entitlement_processes import killed_while_it_works, said_by
from portal.tests.exams.test_entitlement_processes import process as _process
from portal.tests.orders.checkout import KEY, WEBHOOK_SECRET, Checkout, serving
from portal.tests.platform.conftest import initialised, made_once, portal_env

__all__ = ["initialised", "made_once", "portal_env"]

pytestmark = pytest.mark.cuts
ORDERS = 12
MAKE = f"""
from django.conf import settings
from guildmark_portal.accounts.models import User
from guildmark_portal.orders import opening, paying
from guildmark_portal.orders.models import Order
from guildmark_portal.orders.settling import soon
for number in range({ORDERS}):
    user = User.objects.create_user(f"p{{number}}@example.org", "P")
    program, _made = Program.objects.get_or_create(slug="paid", defaults={{
        "title": "X", "kind": "live", "created_at": now, "is_open": True,
        "policy_document": {{"identity_check": "none", "registration": {{"identity": False, "handbook": False}}}}}})
    order = opening.open_order(user=user, program=program, now=now)
    print(paying.pay(order=order, user=user, now=now))
    soon(order)
"""
SETTLE = """
from guildmark_portal.jobs import leases
from guildmark_portal.jobs.runner import Runner
leases.release_all()
print("ready", flush=True)
Runner().run_due()
"""
BOTH = """
from guildmark_portal.orders.models import Order
from guildmark_portal.orders import provider, settling
print("ready", flush=True)
for order in Order.objects.all():
    settling.settle(order, provider=provider.configured(), now=clock.now())
"""
TOLD = """
import json
from guildmark_portal.orders.models import Order
rights = Entitlement.objects.filter(source="payment")
letters = Job.objects.filter(kind="mail", key__startswith="order.paid:").count()
print(json.dumps([Order.objects.filter(paid_at__isnull=False).count(), rights.count(),
                  rights.values("user").distinct().count(), letters]))
"""


def test_g6_killed_between_payment_and_entitlement_everybody_has_exactly_one_right(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    with serving() as checkout:
        config = initialised / "portal.toml"
        table = f'\n[payments]\nmode = "stripe"\nurl = "{checkout.url}"\npages = "{checkout.url}"\n'
        config.write_text(config.read_text() + table)
        env = {**portal_env, "GUILDMARK_PAYMENTS_KEY": KEY, "GUILDMARK_PAYMENTS_WEBHOOK_SECRET": WEBHOOK_SECRET}
        settle_it(checkout, initialised, env)


def settle_it(checkout: Checkout, data: Path, env: dict[str, str]) -> None:
    for address in said_by(_process(data, env, MAKE)).split():
        checkout.pays(address.rpartition("/")[2])
    for after_s in (0.02, 0.05, 0.1, 0.2):
        killed_while_it_works(_process(data, env, SETTLE), after_s=after_s)
    both = [_process(data, env, BOTH) for _ in range(2)]
    assert [said_by(one) for one in both] == ["ready\n"] * 2
    said_by(_process(data, env, SETTLE))
    assert json.loads(said_by(_process(data, env, TOLD))) == [ORDERS] * 4
