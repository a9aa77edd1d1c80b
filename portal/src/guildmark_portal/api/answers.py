"""Answers as bytes that the protocol's own types wrote: instants keep their microseconds, so signatures hold."""

from collections.abc import Iterable
from http import HTTPStatus

from django.http import HttpResponse
from pydantic import BaseModel

from guildmark.protocol import Problem, Reply

JSON = "application/json"


def answer(reply: Reply, status: int = HTTPStatus.OK) -> HttpResponse:
    """One reply."""
    return _private(HttpResponse(reply.model_dump_json(), content_type=JSON, status=status))


def answer_as_signed(reply: Reply) -> HttpResponse:
    """A signed document with the fields that it was signed with: what a later version may say stays unsaid."""
    return _private(HttpResponse(reply.model_dump_json(exclude_unset=True), content_type=JSON))


def answer_all(replies: Iterable[BaseModel]) -> HttpResponse:
    """A list of replies."""
    return _private(HttpResponse(f"[{','.join(reply.model_dump_json() for reply in replies)}]", content_type=JSON))


def problem(told: Problem, status: int) -> HttpResponse:
    """An error."""
    return answer(told, status)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
