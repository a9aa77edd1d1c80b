"""`/`: what the certification is, how an exam flows, and what is open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from guildmark_portal.exams import queries


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The public page of the program."""
    return render(request, "guildmark/program.html", {"programs": queries.open_programs()})
