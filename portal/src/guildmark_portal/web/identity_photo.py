"""The candidate's photo: `/identity/photo/`, and `/identity/camera/TOKEN/` on another device, without signing in there.

The page takes the picture with the camera and sends it like a file of a form. A server cannot know that a picture came from a
camera; the reviewers look at it.
"""

import base64
import io

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from qrcode.image.svg import SvgPathFillImage

from guildmark.errors import OurFault, Refused
from guildmark.rules.identity import LONG_SIDE, SHORT_SIDE
from guildmark_portal import clock
from guildmark_portal.accounts.models import User
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.identity import facts, queries, services
from guildmark_portal.identity.refusals import LinkSpent
from guildmark_portal.web.identity_files import files_in_memory, too_many

_SIZES = {"long": LONG_SIDE, "short": SHORT_SIDE}


@login_required
@files_in_memory
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The camera of this device. A POST with `photo` comes from it; one with `file` needs a reviewer's leave."""
    user, now = signed_in(request), clock.now()
    if request.method == "POST":
        if refused := too_many(request, f"user:{user.pk}"):
            return refused
        check = services.open_check(user=user, now=now)
        try:
            if "file" in request.FILES:
                services.add_photo_file(check=check, file=_content(request, "file"), now=now)
            else:
                services.add_photo(check=check, file=_content(request, "photo"), now=now)
        except (Refused, OurFault) as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your photo is kept, encrypted."))
            return redirect("web:identity")
    held = queries.check_in_hand(user)
    is_open = held is not None and held.closed_at is None
    context = {
        **_SIZES,
        "photo": facts.photo_of(held) if held and is_open else None,
        "has_leave": held is not None and services.has_leave(held),
        "takes_changes": held is None or facts.standing_of(held).takes_changes,
    }
    return render(request, "guildmark/identity_photo.html", context)


@login_required
@never_cache
@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """Make a one-time link, and show it this once; with its secret again, ask whether the photo has arrived."""
    user, token, now = signed_in(request), request.POST.get("token", ""), clock.now()
    if not token and (refused := too_many(request, f"user:{user.pk}", action="identity_link")):
        return refused
    try:
        if not token:
            return _link(request, services.make_link(check=services.open_check(user=user, now=now), now=now))
        if services.has_arrived(token=token):
            messages.success(request, _("The photo has arrived."))
            return redirect("web:identity")
        _refuse_others_link(token, user)
        return _link(request, token, waits=True)
    except LinkSpent as refusal:
        messages.error(request, str(refusal))
        return redirect("web:identity_photo")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("web:identity")


def _refuse_others_link(token: str, user: User) -> None:
    """Raises `LinkSpent` for one that cannot be used any more, or was made by somebody else."""
    if services.find_link(token=token, now=clock.now()).of_check.user_id != user.pk:
        raise LinkSpent


def _link(request: HttpRequest, token: str, *, waits: bool = False) -> HttpResponse:
    address = f"{settings.PORTAL_URL}{reverse('web:identity_camera', args=[token])}"
    context = {"address": address, "qr": _qr(address), "token": token, "waits": waits}
    return render(request, "guildmark/identity_link.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def camera(request: HttpRequest, token: str) -> HttpResponse:
    """The camera of another device. Who has the link may send one photo, and sees nothing of the check.

    Nothing of what is sent is read before the link is found; CSRF is checked by `_camera`.
    """
    try:
        found = services.find_link(token=token, now=clock.now())
    except Refused as refusal:
        return _spent(request, refusal, token)
    if request.method == "POST" and (refused := too_many(request, f"user:{found.of_check.user_id}")):
        return refused
    return _camera(request, token)


@files_in_memory
def _camera(request: HttpRequest, token: str) -> HttpResponse:
    """What a link that can be used leads to."""
    if request.method == "POST":
        try:
            services.add_photo_by_link(token=token, file=_content(request, "photo"), now=clock.now())
        except LinkSpent as refusal:  # while the photo came
            return _spent(request, refusal, token)
        except (Refused, OurFault) as refusal:
            messages.error(request, str(refusal))
        else:
            return render(request, "guildmark/identity_camera.html", {"is_done": True})
    return render(request, "guildmark/identity_camera.html", _SIZES)


def _spent(request: HttpRequest, refusal: Refused, token: str) -> HttpResponse:
    """Calm for whoever opens the page again after their photo has arrived."""
    if services.has_arrived(token=token):
        return render(request, "guildmark/identity_camera.html", {"is_done": True})
    return render(request, "guildmark/identity_camera.html", {"refusal": str(refusal)}, status=404)


def _content(request: HttpRequest, name: str) -> bytes:
    file = request.FILES.get(name)
    return file.read() if isinstance(file, UploadedFile) else b""


def _qr(address: str) -> str:
    """The address as a picture for a telephone's camera, as a `data:` address."""
    drawn = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathFillImage, border=2).save(drawn)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"
