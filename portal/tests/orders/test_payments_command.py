"""`guildmark-portal payments`: secrets that are never arguments, and whether the provider is set up (rule G6)."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from portal.tests.orders.checkout import KEY, WEBHOOK_SECRET, Checkout
from portal.tests.orders.checkout import serving as _serving
from portal.tests.platform.conftest import initialised, made_once, portal_env

from guildmark_portal import datadir
from guildmark_portal.orders.provider import Examined, configured
from guildmark_portal.orders.stripe import EVENTS

pytestmark = pytest.mark.money

__all__ = ["initialised", "made_once", "portal_env"]

PORTAL = [sys.executable, "-c", "from guildmark_portal.cli import main; main()", "payments"]
TOLD = "https://exam.example.org/payments/told/"


def endpoint(**changed: object) -> dict[str, object]:
    kept = {"id": "we_1", "object": "webhook_endpoint", "url": TOLD, "status": "enabled", "enabled_events": list(EVENTS)}
    return {**kept, **changed}


def found(checkout: Checkout) -> dict[Examined, str]:
    provider = configured()
    assert provider is not None
    return {one.what: "good" if one.is_good else one.said for one in provider.examine(told_at=TOLD)}


def test_g6_a_provider_that_is_set_up_is_found_good(checkout: Checkout) -> None:
    checkout.endpoints = [endpoint(url="https://elsewhere.example/"), endpoint()]
    assert found(checkout) == dict.fromkeys(Examined, "good")
    assert {method for method, _path in checkout.asked} == {"GET"}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([], "missing"),
        ([endpoint(status="disabled")], "disabled"),
        ([endpoint(enabled_events=["charge.refunded"])], "events"),
        ([endpoint(enabled_events=["*"])], "good"),
    ],
)
def test_g6_an_endpoint_that_would_miss_messages_is_named(
    checkout: Checkout, listed: list[dict[str, object]], said: str
) -> None:
    checkout.endpoints = listed
    assert found(checkout)[Examined.ENDPOINT] == said


@pytest.mark.parametrize(
    ("forbids", "what"),
    [("/v1/refunds", Examined.REFUNDS), ("/v1/events", Examined.MESSAGES), ("/v1/webhook", Examined.ENDPOINT)],
)
def test_g6_what_a_restricted_key_may_not_read_is_named(checkout: Checkout, forbids: str, what: Examined) -> None:
    checkout.forbids, checkout.endpoints = forbids, [endpoint()]
    answers = found(checkout)
    assert (answers.pop(what), set(answers.values())) == ("permission", {"good"})


def test_g6_a_key_that_is_not_known_ends_it(checkout: Checkout, settings) -> None:
    settings.PAYMENT_SECRETS = type(settings.PAYMENT_SECRETS)("sk_test_other", WEBHOOK_SECRET)
    assert found(checkout) == {Examined.KEY: "authentication"}


def test_g6_secrets_are_read_from_the_standard_input_and_the_provider_is_asked(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    def run(*arguments: str, typed: str = "") -> tuple[int, dict[str, object]]:
        command = [*PORTAL, *arguments, "--data", str(initialised), "--json"]
        answer = subprocess.run(command, env=portal_env, input=typed, capture_output=True, text=True, check=False)
        assert typed.strip() not in answer.stdout + answer.stderr or not typed
        return answer.returncode, json.loads(answer.stdout[answer.stdout.index("{") :])

    with _serving() as checkout:
        config = initialised / "portal.toml"
        assert run("check")[1]["findings"] == []
        table = f'\n[payments]\nmode = "stripe"\nurl = "{checkout.url}"\npages = "{checkout.url}"\n'
        config.write_text(config.read_text() + table)
        assert run("check")[0] == 3
        assert [run("set-key", typed="pk_test_x\n")[0], run("set-webhook-secret", typed="whispered\n")[0]] == [2, 2]
        assert [run("set-key", typed=f"{KEY}\n")[0], run("set-webhook-secret", typed=f"{WEBHOOK_SECRET}\n")[0]] == [0, 0]
        assert datadir.read_secrets(initialised).payments == {"key": KEY, "webhook_secret": WEBHOOK_SECRET}
        status, asked = run("check")
        assert (status, asked["is_test"], [row["good"] for row in asked["findings"]]) == (1, True, [True] * 5 + [False])
        checkout.endpoints = [endpoint(url=asked["told_at"])]
        assert run("check")[0] == 0


def test_g6_a_secret_that_is_piped_in_is_read_without_a_word_of_a_terminal(
    initialised: Path, portal_env: dict[str, str]
) -> None:
    """The process has a terminal of its own, which is not asked; and without one, nothing complains."""
    command = [*PORTAL, "set-key", "--data", str(initialised)]
    alone = subprocess.run(
        command, env=portal_env, input=KEY, capture_output=True, text=True, check=False, start_new_session=True
    )
    assert (alone.returncode, alone.stderr, datadir.read_secrets(initialised).payments["key"]) == (0, "", KEY)
    held, terminal = pty.openpty()
    within = subprocess.run(
        ["setsid", "--ctty", "--wait", "sh", "-c", 'printf %s "$SECRET" | "$@" 2>&1', "sh", *command],
        env={**portal_env, "SECRET": f"{KEY}2"},
        stdin=terminal,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    for end in (held, terminal):
        os.close(end)
    assert (within.returncode, datadir.read_secrets(initialised).payments["key"]) == (0, f"{KEY}2"), within.stdout
