"""Addresses below `/api/`: version 1 of the protocol, and its description at `openapi.json`."""

from django.urls import URLPattern, URLResolver, path, re_path

from guildmark_portal.api.application import api
from guildmark_portal.api.problems import unknown_address

urlpatterns: list[URLPattern | URLResolver] = [
    path("", api.urls),
    re_path(r"^.*$", unknown_address),
]
