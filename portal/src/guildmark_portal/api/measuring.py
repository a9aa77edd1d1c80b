"""Bytes that are taken and forgotten, so that a client can tell how long a model will travel."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import Router

from guildmark_portal.api.people import person

router = Router(tags=["public"])


@router.post("/measure", response={204: None}, operation_id="measure_connection")
def measure(request: HttpRequest) -> HttpResponse:
    """Take up to 1 MiB and forget it; how long that took, the client sees."""
    person(request)
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})
