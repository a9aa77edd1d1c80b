"""Whole walks in a browser: papers with a passport and a passkey at a desk, and a check by a provider."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from portal.tests.accounts.test_passkey_in_browser import AUTHENTICATOR, add_passkey
from portal.tests.identity.stripe_fake import KEY, WEBHOOK_SECRET, StripeFake, serving, signature
from portal.tests.identity.test_browser import DESK, approve, chromium, give, state_name
from portal.tests.platform.conftest import PORTAL, ServedPortal, initialised, made_once, portal_env, served
from portal.tests.web.conftest import bank

pytestmark = pytest.mark.flows

__all__ = ["bank", "chromium", "initialised", "made_once", "portal_env", "served"]  # fixtures


@pytest.fixture
def arrive(chromium: Browser) -> Callable[..., Page]:
    """Somebody signs up at a desk, in a browser of their own that can hold passkeys."""

    def sign_up(portal: ServedPortal, email: str, name: str) -> Page:
        context = chromium.new_context(viewport=DESK, base_url=portal.url.replace("127.0.0.1", "localhost"))
        page = context.new_page()
        page.set_default_timeout(30_000)
        session = context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto("/accounts/signup/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Create the account").click()
        page.get_by_label("Code").fill(portal.code_for(email))
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url("**/exam/")
        return page

    return sign_up


@pytest.mark.timeout(280)
def test_g3_g4_a_passport_a_photo_of_the_webcam_and_a_passkey(arrive: Callable[..., Page], served: ServedPortal) -> None:
    ada, rita = arrive(served, "ada@example.org", "Ada Lovelace"), arrive(served, "rita@example.org", "Rita")
    faults: list[str] = []
    ada.on("pageerror", lambda error: faults.append(str(error)))
    ada.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    add_passkey(ada, "this laptop")
    ada.get_by_role("link", name="I have kept them").click()
    with ada.expect_navigation():
        ada.get_by_role("button", name="Sign out").click()
    ada.goto("/accounts/login/?next=/identity/")
    ada.get_by_role("button", name="Sign in with a passkey").click()
    expect(ada.get_by_role("heading", name="Your papers")).to_be_visible()

    state_name(ada, "", "Ada Lovelace")
    ada.goto("/identity/")
    give(ada, "Passport", "Ada Lovelace", expires="2099-12-31", shows_address=False)
    expect(ada.get_by_text("None of your documents shows your address.")).to_be_visible()
    expect(ada.get_by_text("not in Latin script")).to_have_count(0)
    give(ada, "Proof of address, such as a bill or a bank statement", "Ada Lovelace", expires="", shows_address=True)
    ada.get_by_role("link", name="Take the photo").click()
    ada.get_by_role("button", name="Turn on the camera").click()
    ada.get_by_role("button", name="Take the photo").click()
    ada.get_by_role("button", name="Use this photo").click()
    ada.get_by_role("button", name="Submit my papers").click()
    expect(ada.get_by_text("A letter tells you the outcome").last).to_be_visible()

    command = [*PORTAL, "role", "grant", "rita@example.org", "reviewer", "--data", str(served.data)]
    subprocess.run(command, env=served.env, check=True, capture_output=True)
    rita.goto("/review/")
    rita.get_by_role("link", name="Open Ada Lovelace").click()
    rita.get_by_role("button", name="Take this check").click()
    expect(rita.get_by_role("img", name="photo")).to_be_visible()
    approve(rita)
    expect(rita.get_by_role("heading", name="Papers to review")).to_be_visible()
    expect(rita.get_by_role("link", name="Open Ada Lovelace")).to_have_count(0)
    ada.reload()
    expect(ada.get_by_text("Your identity has been checked.")).to_be_visible()
    assert faults == []


@pytest.fixture
def stripe() -> Iterator[StripeFake]:
    with serving() as fake:
        yield fake


@pytest.fixture
def with_provider(initialised: Path, portal_env: dict[str, str], bank: Path, stripe: StripeFake) -> Iterator[ServedPortal]:
    """A served portal whose program takes a provider's word."""
    with (initialised / "portal.toml").open("a") as config:
        config.write(f'\n[identity_provider]\nkind = "stripe"\nurl = "{stripe.url}"\npages = "{stripe.url}"\n')
    env = {
        **portal_env,
        "NO_PROXY": "127.0.0.1",
        "GUILDMARK_DATA": str(initialised),
        "GUILDMARK_STRIPE_KEY": KEY,
        "GUILDMARK_STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }
    settings = ["identity_check=provider", "registration.identity=on"]
    for command in (["publish", str(bank), "--kind", "demo"], ["program", "set", "practitioner-demo", *settings]):
        subprocess.run([*PORTAL, *command], env=env, check=True, capture_output=True)
    portal = ServedPortal(initialised, env)
    yield portal
    portal.stop()


def tell(portal: ServedPortal, stripe: StripeFake) -> None:
    """The provider says that it has verified the first session."""
    now = time.time()
    body = stripe.event("vs_1", "verified", created=now)
    told = httpx.post(
        f"{portal.url}/identity/provider/told/",
        content=body,
        headers={"Stripe-Signature": signature(body, at=now), "Content-Type": "application/json"},
        trust_env=False,
    )
    assert told.status_code == 200


def reload_until(page: Page, sentence: str) -> None:
    """The job that compares has done its part."""
    for _try in range(50):
        page.reload()
        if page.get_by_text(sentence).count():
            break
        time.sleep(0.1)
    expect(page.get_by_text(sentence)).to_be_visible()


@pytest.mark.timeout(280)
def test_g4_a_check_by_a_provider(arrive: Callable[..., Page], with_provider: ServedPortal, stripe: StripeFake) -> None:
    ada = arrive(with_provider, "ada@example.org", "Ada Candidate")
    state_name(ada, "", "Ada Candidate")
    ada.goto("/identity/")
    ada.get_by_role("button", name="Check my identity with Stripe").click()
    ada.wait_for_url(f"{stripe.url}/start/vs_1")  # the policy of the page lets the form lead there
    stripe.moves("vs_1", "verified")
    tell(with_provider, stripe)
    ada.goto("/identity/")
    reload_until(ada, "Stripe has checked your identity.")
    everything = with_provider.errors() + "\n".join(with_provider.lines)
    assert not any(secret in everything for secret in (KEY, WEBHOOK_SECRET, "/start/vs_1"))


@pytest.mark.timeout(280)
def test_g5_a_passport_at_a_provider_and_a_proof_of_address_for_a_reviewer(
    arrive: Callable[..., Page], with_provider: ServedPortal, stripe: StripeFake
) -> None:
    ada, rita = arrive(with_provider, "ada@example.org", "Ada Candidate"), arrive(with_provider, "rita@example.org", "Rita")
    command = [*PORTAL, "role", "grant", "rita@example.org", "reviewer", "--data", str(with_provider.data)]
    subprocess.run(command, env=with_provider.env, check=True, capture_output=True)
    state_name(ada, "", "Ada Candidate")
    ada.goto("/identity/")
    ada.get_by_role("button", name="Check my identity with Stripe").click()
    ada.wait_for_url(f"{stripe.url}/start/vs_1")
    stripe.moves("vs_1", "verified", kind="passport", address=None)
    tell(with_provider, stripe)
    ada.goto("/identity/")
    reload_until(ada, "Your document is good, but it shows no address.")
    expect(ada.get_by_role("button", name="Check my identity with Stripe")).to_have_count(0)
    give(ada, "Proof of address, such as a bill or a bank statement", "Ada Candidate", expires="", shows_address=True)
    ada.get_by_role("button", name="Submit my papers").click()
    expect(ada.get_by_text("A letter tells you the outcome").last).to_be_visible()

    rita.goto("/review/")
    rita.get_by_role("link", name="Open Ada Candidate").click()
    rita.get_by_role("button", name="Take this check").click()
    expect(rita.get_by_role("heading", name="Proof of address")).to_be_visible()
    expect(rita.get_by_text("only the address is left")).to_be_visible()
    expect(rita.locator("[data-viewer]")).to_have_count(1)
    approve(rita)
    expect(rita.get_by_role("heading", name="Papers to review")).to_be_visible()
    expect(rita.get_by_role("link", name="Open Ada Lovelace")).to_have_count(0)
    ada.reload()
    expect(ada.get_by_text("Stripe has checked your identity.")).to_be_visible()
