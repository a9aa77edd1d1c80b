"""What anybody may read, and who is signed in."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from guildmark.protocol import Certificate, Me, ProgramView, PublicKey
from guildmark_portal.api.answers import answer, answer_all, answer_as_signed
from guildmark_portal.api.people import person
from guildmark_portal.credentials import queries as credentials
from guildmark_portal.exams import keyring, queries

router = Router(tags=["public"])


@router.get("/me", response=Me, operation_id="get_me")
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in."""
    user = person(request)
    return answer(Me(email=user.email, name=user.name))


@router.get("/programs", response=list[ProgramView], operation_id="list_programs")
def programs(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """The programs that take new attempts."""
    return answer_all(queries.open_programs())


@router.get("/certificates/{identifier}", response=Certificate, auth=None, operation_id="get_certificate")
def certificate(request: HttpRequest, identifier: str) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """A certificate, signed. Case and dashes of the identifier do not matter."""
    return answer_as_signed(credentials.certificate(identifier))


@router.get("/keys", response=list[PublicKey], auth=None, operation_id="list_keys")
def keys(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """The keys that sign receipts and certificates, retired ones included."""
    return answer_all(keyring.public_keys())
