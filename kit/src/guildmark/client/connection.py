"""The way to the portal: whether it answers, how far this machine's clock is from its own, how long a large model travels."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from guildmark.client.health import Check
from guildmark.client.session import Session
from guildmark.errors import Refused
from guildmark.i18n import _

CLOCK_LIMIT_S = 30.0
LARGE_MODEL_BYTES = 200 * 1000 * 1000
SLOW_S = 600.0
FASTEST = 125e6  # bytes a second: faster than a gigabit makes no difference
_HALF_A_SECOND = timedelta(seconds=0.5)
_PIECE_BYTES = 512 * 1024
_PIECES = 6
_LONG_ENOUGH_S = 3.0
_MINUTE_S = 90


def wall_clock() -> datetime:
    """The time by this machine, to be compared with the portal's and used for nothing else."""
    return datetime.fromtimestamp(time.time(), tz=timezone.utc)


def clock_check(session: Session, *, now: Callable[[], datetime] = wall_clock) -> Check:
    """How far this machine's clock is from the portal's. Raises `SignInRequired` and `ServerUnreachable`."""
    asked = now()
    stamped, heard = session.server_time(), now()
    seconds = round(abs((asked + (heard - asked) / 2 - stamped - _HALF_A_SECOND).total_seconds()))  # the word is cut to seconds
    said = _("The portal answers; this machine's clock differs by {seconds} s.").format(seconds=seconds)
    if seconds <= CLOCK_LIMIT_S:
        return Check("portal", said)
    return Check("portal", said, _("Go by guildmark status: it shows the time left by the portal's clock, which decides."))


def speed_check(session: Session, *, monotonic: Callable[[], float] = time.monotonic) -> Check:
    """How long a model of 200 MB would travel to the portal, by some pieces that are sent and forgotten.

    Raises `SignInRequired` and `ServerUnreachable`.
    """
    try:
        bytes_a_second = _measured(session, monotonic)
    except Refused:  # an older portal
        return Check("connection", _("How fast models are sent cannot be measured with this portal."))
    seconds = LARGE_MODEL_BYTES / bytes_a_second
    shown = {"speed": round(bytes_a_second * 8 / 1e6, 1), "time": _span(seconds)}
    said = _("A model of 200 MB is sent in about {time} ({speed} Mbit/s).").format(**shown)
    if seconds <= SLOW_S:
        return Check("connection", said)
    slow = _("Keep models small and submit early: what was opened before the end counts, and an upload that was cut goes on.")
    return Check("connection", said, slow)


def _measured(session: Session, monotonic: Callable[[], float]) -> float:
    """Bytes a second, without the time that an empty message takes."""
    session.send_and_forget(b"")  # opens the connection
    began = monotonic()
    session.send_and_forget(b"")
    nothing_s = monotonic() - began
    sent, spent = 0, 0.0
    for _piece in range(_PIECES):
        began = monotonic()
        session.send_and_forget(bytes(_PIECE_BYTES))
        sent, spent = sent + _PIECE_BYTES, spent + max(monotonic() - began - nothing_s, _PIECE_BYTES / FASTEST)
        if spent > _LONG_ENOUGH_S:
            break
    return sent / spent


def _span(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return _("{count} s").format(count=max(1, round(seconds)))
    return _("{count} min").format(count=round(seconds / 60))
