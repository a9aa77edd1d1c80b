"""`/payments/told/`: what the payment provider tells, for the provider alone.

Nothing is read before the signature is checked. Whatever is signed is answered with 200: what is unknown here, was told before,
or means nothing is no reason to send it again.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from guildmark_portal import clock
from guildmark_portal.orders import events, provider


@csrf_exempt
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """A message: 200 if it is genuine, 400 if not, 404 if no provider is set up."""
    found, now = provider.configured(), clock.now()
    if found is None:
        raise Http404(_("No payment provider is set up here."))
    try:
        event = found.read(signature=request.headers.get("Stripe-Signature", ""), body=request.body, now=now)
    except provider.NotGenuine:
        return HttpResponse(_("The signature does not fit, or is too old.") + "\n", status=400, content_type="text/plain")
    if event is not None:
        events.receive(event=event, now=now)
    return HttpResponse(status=200)
