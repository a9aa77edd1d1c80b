"""`/desk/orders/orders.csv` and its like: what the books need, for support and owners, each time with an audit entry."""

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildmark.rules.calendar_days import is_in_reach
from guildmark_portal import spreadsheets
from guildmark_portal.accounts.fresh import fresh_sign_in_required
from guildmark_portal.accounts.models import Role
from guildmark_portal.accounts.people import signed_in
from guildmark_portal.accounts.roles import role_required
from guildmark_portal.audit import services as audit
from guildmark_portal.orders import books

_STAFF: Final = (Role.SUPPORT, Role.OWNER)


@role_required(*_STAFF)
@never_cache
@require_safe
@fresh_sign_in_required()
def download(request: HttpRequest, book: str) -> HttpResponseBase:
    """The rows of the days that `from` and `until` name, both included; all of them without."""
    try:
        span = books.Span(_day(request, "from"), _day(request, "until"))
    except ValueError:
        return HttpResponseBadRequest(_("Write days like 2030-01-15.") + "\n", content_type="text/plain; charset=utf-8")
    columns, rows = books.rows(books.Book(book), span)
    content = spreadsheets.written(columns, rows)
    detail = {name: request.GET.get(name, "") for name in ("from", "until")}
    audit.record(actor=signed_in(request), action="books.exported", subject=f"book:{book}", detail=detail)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{book}.csv"'
    return response


def _day(request: HttpRequest, name: str) -> date | None:
    """Raises `ValueError` for what is no day, or none that anybody means."""
    typed = request.GET.get(name, "")
    if not typed:
        return None
    day = date.fromisoformat(typed)
    if not is_in_reach(day):
        raise ValueError(typed)
    return day
