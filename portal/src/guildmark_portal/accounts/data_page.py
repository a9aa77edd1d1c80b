"""`/account/data/`: everything that the portal holds on the person, as a ZIP of JSON files and the files themselves."""

import json
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Final

from allauth.core import ratelimit
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guildmark_portal import clock
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.personal_data import parts
from guildmark_portal.audit import services as audit

_PIECE: Final = 256 * 1024


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest) -> HttpResponseBase:
    """What it is; a POST downloads it."""
    if request.method == "POST":
        user = signed_in(request)
        too_many: HttpResponse | None = ratelimit.consume_or_429(request, action="data_download", user=user)
        return too_many or _download(user)
    return render(request, "accounts_page/data.html")


def _download(user: User) -> StreamingHttpResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once it is sent
    write(user, file)
    size = file.tell()
    file.seek(0)
    audit.record(actor=user, action="account.data_downloaded", subject=user)
    response = StreamingHttpResponse(_Pieces(file), content_type="application/zip")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = 'attachment; filename="guildmark-data.zip"'
    return response


class _Pieces:
    """The file's content, read in threads so that other requests go on, and never whole in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await sync_to_async(self._file.read)(_PIECE):
            yield piece

    def close(self) -> None:
        """Called by the response once it is sent, or given up."""
        self._file.close()


def write(user: User, target: IO[bytes]) -> None:
    """Write the ZIP: a JSON file a part, its files in a folder beside it, and what it is about."""
    about = {"account": user.email, "made_at": clock.now(), "parts": [part.name for part in parts()]}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", _json(about))
        for part in parts():
            archive.writestr(f"{part.name}.json", _json(part.export(user)))
            for name, path in part.files(user):
                if path.is_file():
                    archive.write(path, f"{part.name}/{name}", compress_type=zipfile.ZIP_STORED)  # models hardly shrink
            for name, content in part.contents(user):
                archive.writestr(f"{part.name}/{name}", content, compress_type=zipfile.ZIP_STORED)


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
