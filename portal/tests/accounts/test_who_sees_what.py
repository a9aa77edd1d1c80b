"""Every address of the portal and every operation of its API, and who gets what there.

The addresses come from the resolver: a new one without a row makes the first test fail. `WHO_SEES_WHAT` has a line an address
and method: the address as the URLconf writes it, and what each of the eight kinds of people is answered, in the order of
`PEOPLE`. The candidate is the one whose attempt and passkey the addresses name; to everybody else there is none.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from portal.tests.accounts.conftest import signed_in
from portal.tests.accounts.soft_passkey import SoftPasskey
from portal.tests.conftest import person_with

from guildmark.rules.case import CaseKind
from guildmark_portal import clock
from guildmark_portal.accounts import recovery
from guildmark_portal.accounts.models import User
from guildmark_portal.api.application import api
from guildmark_portal.exams.models import Attempt
from guildmark_portal.identity import services as identity
from guildmark_portal.jobs.models import Job
from guildmark_portal.operations import services as operations_services
from guildmark_portal.operations.models import Case

PEOPLE = ("stranger", "candidate", "reviewer", "examiner", "author", "support", "auditor", "owner")
TABLE = Path(__file__).with_name("who_sees_what.txt")
NOBODY = "00000000-0000-4000-8000-000000000000"

BRACKETS = str.maketrans("{}", "<>")

LETTERS = {
    200: ".",
    204: ".",
    400: "!",
    401: "u",
    403: "x",
    404: "-",
    405: "m",
    409: "c",
    413: "!",
    415: "!",
    422: "!",
    429: "!",
}
"""What an answer is written as; redirects have words of their own below."""


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address but those of the administration, as the URLconf writes it."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if not isinstance(pattern, URLResolver):
            yield f"/{here}"
        elif pattern.app_name != "admin":
            yield from addresses(pattern.url_patterns, here)


def rows() -> dict[tuple[str, str], str]:
    """The table: what the people are answered, by method and address."""
    lines = [line.split() for line in TABLE.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return {(method, address): answers for method, answers, address in lines}


def letter(answer: HttpResponse) -> str:
    """An answer as the table writes it."""
    if answer.status_code not in {301, 302}:
        return LETTERS.get(answer.status_code, "?")
    where = answer["Location"]
    if where.startswith("/accounts/login/"):
        return "i"
    return "f" if where.startswith("/accounts/reauthenticate/") else ">"


@pytest.fixture
def users(candidate: User) -> dict[str, User]:
    """Everybody but the stranger."""
    return {"candidate": candidate, **{role: person_with(role) for role in PEOPLE[2:]}}


@pytest.fixture
def people(users: dict[str, User]) -> dict[str, Client]:
    """A browser of each, all but the stranger's signed in freshly."""
    return browsers(users)


def browsers(users: dict[str, User]) -> dict[str, Client]:
    return {"stranger": Client(), **{name: signed_in(user, minutes_ago=1) for name, user in users.items()}}


@pytest.fixture
def real(people: dict[str, Client], program: str, candidate: User) -> dict[str, str]:
    """What stands for the parts of an address in angle brackets."""
    from allauth.mfa.models import Authenticator

    attempt = people["candidate"].post("/exam/", {"program": program})["Location"].split("/")[2]
    options = {"publicKey": {"challenge": "AAAA", "user": {"id": "AAAA"}}}
    data = {"name": "Blue", "credential": json.loads(SoftPasskey().create(options))}
    passkey = Authenticator.objects.create(user=candidate, type=Authenticator.Type.WEBAUTHN, data=data)
    assert Attempt.objects.filter(pk=attempt, user=candidate).exists()
    recovery.open_recovery(email=candidate.email, reason="Lost the phone and the codes.", actor="tests")
    letter_of_recovery = Job.objects.get(kind="mail", key__startswith="recovery-").payload["body"]
    return {
        "recovery/<str:token>": f"recovery/{letter_of_recovery.partition('/recovery/')[2].partition('/')[0]}",
        "<uuid:attempt_id>": attempt,
        "<attempt>": attempt,
        "<category>": "category1",
        "<upload>": NOBODY,
        "<submission>": NOBODY,
        "<uuid:submission_id>": NOBODY,
        "<uuid:case_id>": str(incident_of(candidate).pk),
        "<uuid:check_id>": str(identity.open_check(user=candidate, now=clock.now()).pk),
        "<uuid:evidence_id>": NOBODY,
        "<uuid:thing_id>": NOBODY,
        "<str:token>": "none",
        "<str:category>": "category1",
        "<int:pk>": str(passkey.pk),
        "<str:identifier>": "none",
        "<identifier>": "none",
        "<slug:act>": "revoke",
        "<str:code>": "none",
        "<uuid:application_id>": NOBODY,
        "<uuid:order_id>": NOBODY,
        "<uuid:transfer_id>": NOBODY,
        "<slug:slug>": program,
        "<slug:program>": program,
        "<str:version>": "2030.1",
        "<str:slug>": "nobody",
        "<uuid:message_id>": NOBODY,
        "<slug:purpose>": "revocation",
        "<int:number>": "1",
        "^(?P<provider_id>[^/]+)": "university",
        "^saml/(?P<organization_slug>[^/]+)": "saml/institute",
        "^.*$": "nothing",
    }


def incident_of(user: User) -> Case:
    """A case that support and examiners answer."""
    return operations_services.open_case(
        user=user, kind=CaseKind.INCIDENT, about=operations_services.About(), text="The page stood still.", now=clock.now()
    )


def example(address: str, real: dict[str, str]) -> str:
    """An address that somebody could call."""
    for part, value in real.items():
        address = address.replace(part, value)
    assert not set("<>^$") & set(address), f"{address}: say in `real` what stands for its parts"
    return address


def asked(people: dict[str, Client], method: str, path: str) -> str:
    answers = [people[name].generic(method, path) for name in PEOPLE]
    found = "".join(letter(answer) for answer in answers)
    for close_file in (closer for answer in answers for closer in answer._resource_closers):
        close_file()  # not `answer.close()`, which would close the test's connection too
    return found


def test_every_address_has_its_rows() -> None:
    written = {address for _method, address in rows()}
    assert written == set(addresses(get_resolver().url_patterns))


def operations() -> Iterator[tuple[str, str]]:
    """Every operation of the API, from the routers themselves, and not from what the schema shows: method and address."""
    for prefix, router in api._routers:
        for address, view in router.path_operations.items():
            for operation in view.operations:
                yield from ((method, f"/api{prefix}{address}".translate(BRACKETS)) for method in operation.methods)


def test_every_page_is_read_and_posted_to_and_every_operation_of_the_api_is_called() -> None:
    wanted = {(method, address) for address in addresses(get_resolver().url_patterns) for method in ("GET", "POST")}
    called = set(operations())
    assert {method for method, _address in called} == {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
    assert (wanted | called) - set(rows()) == set()


def test_each_gets_exactly_their_pages(people: dict[str, Client], real: dict[str, str]) -> None:
    """One test for all rows, which share the people; each row begins from the same state."""
    found = {}
    cookies = {name: copy.deepcopy(client.cookies) for name, client in people.items()}
    for method, address in rows():
        before = transaction.savepoint()
        found[method, address] = asked(people, method, example(address, real))
        transaction.savepoint_rollback(before)
        for name, client in people.items():
            client.cookies = copy.deepcopy(cookies[name])
    assert found == rows()


MODELS = sorted(f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry)


@pytest.mark.parametrize("page", ["/admin/", *MODELS])
def test_the_administration_is_for_owners_and_read_by_auditors(page: str, people: dict[str, Client]) -> None:
    found = {name: client.get(page, follow=True).status_code for name, client in people.items()}
    refused = dict.fromkeys(PEOPLE[1:6], 403)
    assert found == {"stranger": 200, **refused, "auditor": 200, "owner": 200}  # the stranger's is the page to sign in
    assert people["stranger"].get(page, follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize("page", [f"{page}add/" for page in MODELS])
def test_nobody_but_an_owner_ever_adds_a_row(page: str, people: dict[str, Client]) -> None:
    found = {name: client.post(page, follow=True).status_code for name, client in people.items()}
    assert found["owner"] in {200, 403}
    assert {name: status for name, status in found.items() if name not in {"owner", "stranger"}} == dict.fromkeys(
        PEOPLE[1:7], 403
    )


@pytest.mark.parametrize("model", MODELS)
def test_an_auditor_deletes_nothing(model: str, people: dict[str, Client], candidate: User) -> None:
    answer = people["auditor"].post(f"{model}{candidate.pk}/delete/", {"post": "yes"})
    assert answer.status_code in {302, 403}
    assert User.objects.filter(pk=candidate.pk).exists()
