"""What tests of profiles share: sound entries, and a browser each."""

import pytest
from django.test import Client

from guildmark_portal.profiles.embargoes import in_force
from guildmark_portal.profiles.entered import Address, FullName

SEOUL = {"country": "KR", "locality": "Seoul", "postal_code": "04001", "street": "1 Example-ro"}


@pytest.fixture
def seoul() -> Address:
    return Address(in_force(), **SEOUL)


@pytest.fixture
def korean_name() -> FullName:
    return FullName("김민준", "Kim Minjun")


@pytest.fixture
def own(candidate: object) -> Client:
    """The candidate's browser."""
    client = Client()
    client.force_login(candidate, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def other(stranger: object) -> Client:
    """The stranger's browser."""
    client = Client()
    client.force_login(stranger, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
