import pytest

from guildmark.client.address import overheard

WARNING = "This address is not encrypted: others on the way can read your sign-in."


@pytest.mark.parametrize(
    ("server", "warning"),
    [
        ("https://exam.example.org", ""),
        ("http://127.0.0.1:8000", ""),
        ("http://[::1]:8000", ""),
        ("http://localhost", ""),
        ("http://exam.example.org", WARNING),
        ("http://localhost.example.org", WARNING),
    ],
)
def test_a_sign_in_that_can_be_overheard_is_warned_of(server, warning):
    assert overheard(server) == warning
