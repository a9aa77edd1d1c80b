"""The API: django-ninja with the routes of `guildmark.protocol`, behind the check of the protocol's version."""

from ninja import NinjaAPI

from guildmark_portal import __version__
from guildmark_portal.accounts.auth import api_auth
from guildmark_portal.api import attempts, measuring, problems, public, submissions, uploads
from guildmark_portal.api.version import speaks_protocol

api = NinjaAPI(
    title="Guildmark",
    version=__version__,
    description="Sit an exam: prepare, begin, submit, finish. Errors are Problems: a code, what happened, the next step.",
    auth=api_auth,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_decorator(speaks_protocol, mode="view")
for router in (public.router, measuring.router, attempts.router, uploads.router, submissions.router):
    api.add_router("/v1", router)
problems.install(api)
