"""Pictures of papers on their way in: kept in memory, never in a temporary file that has a name.

Django would write a file above 2.5 MB to a temporary one. The bound on requests (`bodies`) holds for these addresses too.
"""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from allauth.core import ratelimit
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


class _InMemory(FileUploadHandler):
    """Collects a file, whatever its size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin another one."""
        super().new_file(*args, **kwargs)
        self._content = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        """Keep a piece; no other handler sees it."""
        self._content.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """The file."""
        self._content.seek(0)
        return InMemoryUploadedFile(
            self._content, self.field_name, self.file_name or "", self.content_type, file_size, self.charset
        )


def too_many(request: HttpRequest, key: str, *, action: str = "identity_upload") -> HttpResponse | None:
    """The answer 429 if whoever `key` names does this too often, else None. To read files is work, for one at a time."""
    answer: HttpResponse | None = ratelimit.consume_or_429(request, action=action, key=key)
    return answer


def files_in_memory(view: View) -> View:
    """Let the view's files come into memory. CSRF is checked after that is set up, because the check reads the form."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def prepared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            request.upload_handlers = [_InMemory(request)]
        return protected(request, *args, **kwargs)

    return prepared
