"""A file as it is sent to somebody: whole, under a name, kept by no cache, and read in threads so that other requests go on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from asgiref.sync import sync_to_async
from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header

PIECE: Final = 256 * 1024


def attachment(path: Path, *, name: str) -> StreamingHttpResponse:
    """The file at `path`, to be saved as `name`. Raises `Http404` where it is gone."""
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise Http404 from error
    response = StreamingHttpResponse(_pieces(path), content_type="application/octet-stream")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await sync_to_async(lambda: path.open("rb"))() as file:
        while piece := await sync_to_async(file.read)(PIECE):
            yield piece
