"""The watch over the portal's own work: a thread that looks every few seconds (`outages.look`) and beats while it lives.

Theory of operation. Whoever serves looks once in its own thread, before the first job is run and the first request answered:
the time since the last beat of the process before is the outage of its death, and its credits are written before anything
can find a deadline passed. From then on the thread looks. A failed look is logged, and the next one follows; a look that
comes late, because the host slept or its clock was set forward, finds the gap as well.
"""

import logging
import threading

from django.conf import settings
from django.db import close_old_connections, connections

from guildmark_portal import clock
from guildmark_portal.engine import crediting, outages
from guildmark_portal.exams.models import Outage

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 5.0
_LOOKS_IN_A_GAP = 4


class Watch:
    """Looks in a thread of its own, between `start` and `stop`."""

    def __init__(self) -> None:
        self._pause_s = min(LONGEST_PAUSE_S, settings.OUTAGE_AFTER_S / _LOOKS_IN_A_GAP)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)

    def start(self) -> None:
        """Look in the calling thread, credit what was found, and go on in a thread."""
        noted = outages.look(now=clock.now())
        if noted is not None:
            _credit_if_possible(noted)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. The last beat is as late as can be: nobody is credited for time in which all was well."""
        self._stopping.set()
        self._thread.join(self._pause_s)

    def _watch(self) -> None:
        try:
            while not self._stopping.wait(self._pause_s):
                self._look()
            self._look()
        finally:
            connections.close_all()

    def _look(self) -> None:
        try:
            outages.look(now=clock.now())
        except Exception:  # without a watch nothing would be decided any more
            log.exception("The watch could not look; it looks again in %g s.", self._pause_s)
        close_old_connections()


def _credit_if_possible(outage: Outage) -> None:
    """What cannot be credited now keeps the portal from nothing: the job credits it, and until then nothing is decided."""
    try:
        crediting.credit_all(outage)
    except Exception:
        log.exception("The outage could not be credited at the start; it is tried again.")
