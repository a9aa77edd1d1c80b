"""`guildmark-portal sign-in fetch`: metadata of organisations that publish it at an address."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from portal.tests.accounts.soft_institute import ENTITY, HOLDER, metadata_of
from portal.tests.platform.test_settings import load
from typer.testing import CliRunner

from guildmark_portal import sign_in_providers
from guildmark_portal.cli import app

OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Published:
    """A page on this machine that serves metadata."""

    def __init__(self) -> None:
        self.status, self.document = 200, metadata_of(HOLDER).encode()
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/metadata"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(published) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(published.status)
                self.end_headers()
                self.wfile.write(published.document)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


@pytest.fixture
def published() -> Iterator[Published]:
    made = Published()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def portal(initialised: Path, published: Published) -> Path:
    """A portal that takes the institute's sign-in."""
    with (initialised / "portal.toml").open("a") as config:
        config.write(f'[[sign_in.saml]]\nid = "institute"\nname = "Institute"\nmetadata = "{published.url}"\n')
    return initialised


def fetch(portal: Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["sign-in", "fetch", "--data", str(portal)])
    return done.exit_code, " ".join(done.output.split())


def test_a_portal_without_the_copy_says_what_to_run(portal, portal_env):
    done = load({**portal_env, "GUILDMARK_DATA": str(portal)}, "DATA_DIR")
    assert done.returncode != 0
    assert "the metadata of institute was not fetched yet; run: guildmark-portal sign-in fetch" in done.stderr


def test_metadata_is_fetched_and_the_portal_starts_with_it(portal, portal_env):
    assert fetch(portal) == (0, "Fetched: institute")
    assert (portal / "saml-institute.xml").read_text() == metadata_of(HOLDER)
    assert load({**portal_env, "GUILDMARK_DATA": str(portal)}, "DATA_DIR").returncode == 0


def test_metadata_that_changed_takes_the_place_of_the_copy(portal, published):
    fetch(portal)
    published.document = metadata_of(HOLDER, OTHER).encode()
    assert fetch(portal)[0] == 0
    assert (portal / "saml-institute.xml").read_bytes() == published.document


@pytest.mark.parametrize(
    ("status", "document", "why"),
    [
        (404, metadata_of(HOLDER), "404"),
        (200, "<html>", "this is not the metadata of a SAML identity provider"),
        (200, metadata_of(), "this is not the metadata of a SAML identity provider"),
        (200, metadata_of(HOLDER, entity="https://elsewhere.example"), "is now another organisation's"),
        (200, metadata_of(HOLDER, valid_until="2020-01-15T12:00:00Z"), "was valid until 2020-01-15T12:00:00+00:00"),
        (200, metadata_of(HOLDER) + " " * 6_000_000, "sends more than metadata"),
    ],
    ids=["missing", "a page", "without a certificate", "another organisation's", "run out", "without end"],
)
def test_what_is_no_metadata_of_the_organisation_leaves_the_copy(status, document, why, portal, published):
    fetch(portal)
    published.status, published.document = status, document.encode()
    code, said = fetch(portal)
    assert (code, why in said) == (1, True), said
    assert (portal / "saml-institute.xml").read_text() == metadata_of(HOLDER)


def test_an_address_without_encryption_is_refused():
    entry = {"id": "i", "name": "I", "metadata": "http://idp.example.org/metadata"}
    with pytest.raises(sign_in_providers.Unfit, match="begins with https://"):
        sign_in_providers.parse({"saml": [entry]})


def test_the_entity_is_kept(tmp_path):
    assert sign_in_providers.read_metadata(metadata_of(HOLDER).encode())["entity_id"] == ENTITY
