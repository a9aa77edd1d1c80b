"""What somebody does in a browser: read a page, and hand in a model."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from .html_reading import Page


def hand_in(client: Client, attempt: str, number: int, content: bytes) -> HttpResponse:
    file = SimpleUploadedFile("mymodel.keras", content)
    return client.post(f"{attempt}category{number}/hand-in/", {"model": file})


def read(response: HttpResponse) -> Page:
    assert response.status_code == 200
    return Page(response.content.decode())
