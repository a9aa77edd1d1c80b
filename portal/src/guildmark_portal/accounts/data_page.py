"""`/account/data/`: everything that the portal holds on the person, as a ZIP of JSON files and the files themselves."""

import json
import tempfile
import zipfile
from typing import IO

from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, HttpRequest
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


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required(to_read=False)
def show(request: HttpRequest) -> HttpResponseBase:
    """What it is; a POST downloads it."""
    if request.method == "POST":
        return _download(signed_in(request))
    return render(request, "accounts_page/data.html")


def _download(user: User) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write(user, file)
    file.seek(0)
    audit.record(actor=user, action="account.data_downloaded", subject=user)
    return FileResponse(file, as_attachment=True, filename="guildmark-data.zip", content_type="application/zip")


def write(user: User, target: IO[bytes]) -> None:
    """Write the ZIP: a JSON file a part, its files in a folder beside it, and what it is about."""
    about = {"account": user.email, "made_at": clock.now(), "parts": [part.name for part in parts()]}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", _json(about))
        for part in parts():
            archive.writestr(f"{part.name}.json", _json(part.export(user)))
            for name, path in part.files(user):
                if path.is_file():
                    archive.write(path, f"{part.name}/{name}")


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
