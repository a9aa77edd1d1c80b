"""The ASGI application: Django, with a bound around it on what a request may send, and uploads put away as they arrive.

What runs beside it, the job runner and the grading service, belongs to the process and not to the application: `cli/serve.py`
starts both around uvicorn, so that an application served by several workers would not bring several runners along.
"""

import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured

from guildmark_portal.request_threads import RequestThreads

if TYPE_CHECKING:
    from guildmark_portal.bodies import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildmark_portal.settings")
if settings.GUILDMARK_THROWAWAY:
    raise ImproperlyConfigured("GUILDMARK_DATA is not set: there is no portal to serve. Run: guildmark-portal init")


def _bounded() -> "BodyLimit":
    django = get_asgi_application()  # first: what stands around it asks the database who sends
    from guildmark_portal.bodies import BodyLimit
    from guildmark_portal.pieces import KeptPieces
    from guildmark_portal.senders import sender_of

    return BodyLimit(KeptPieces(django), sender_of=sender_of)


application = RequestThreads(_bounded())
