"""`guildmark-portal serve`: everything that a portal needs, in one process and one child.

Theory of operation. The main thread runs uvicorn with the ASGI application. Around it, and longer than it, live the job
runner's threads and the grading service (`child.py`). They start before the first request, and after the last one they
stop in the order of the work: first no more requests (open event streams, which would never end by themselves, are ended),
then no more jobs, then the grading service. What was still being worked on is handed back to the jobs.

A lock on the data directory makes this the only process that serves it; so every claim on a job that is found
at the start is a dead process's, and is freed at once instead of waiting for its lease to run out. Nothing was
served meanwhile: that gap is an outage, which the watch finds and credits before a job is run or a request is answered.
"""

import gc
import logging
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from guildmark.errors import GuildmarkError, UsageError
from guildmark.i18n import _
from guildmark_portal import datadir
from guildmark_portal.cli.alone import only_one
from guildmark_portal.cli.child import Child, grader_command
from guildmark_portal.cli.listening import dead_links, default_port, effective_url, listen
from guildmark_portal.cli.options import DEFAULT_DATA, DataOption, use_django

log = logging.getLogger(__name__)

LONGEST_SOCKET_PATH = 99  # the kernel takes 107 bytes; some clients less
GRACE_S = 3
_SWITCH_S = 0.001
_WARM_AFTER_S = 60
"""Then the fonts of certificates are unpacked: the first pass is not kept waiting for them, nor is the start."""


def command(
    data: DataOption = DEFAULT_DATA,
    host: Annotated[str, typer.Option(help=_("The address to listen on."))] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help=_("The port to listen on; 0 takes a free one. Default: the url's."))] = None,
    without_grading: Annotated[bool, typer.Option(help=_("Start no grading service: submissions wait."))] = False,  # noqa: FBT002 - typer reads options from it
) -> None:
    """Run the portal until Ctrl-C: pages, API, jobs and the grading service."""
    config = datadir.read_config(data)
    with only_one(data), _grader_socket(data) as grader_socket:
        listener = listen(host, default_port(config.url) if port is None else port)
        url = effective_url(config.url, host, listener)
        if warning := dead_links(config.url, host, asked=port, listens=listener.getsockname()[1]):
            typer.echo(
                warning.format(url=config.url, port=listener.getsockname()[1], path=data / datadir.CONFIG_FILE), err=True
            )
        os.environ["GUILDMARK_URL"], os.environ["GUILDMARK_GRADER_SOCKET"] = url, grader_socket
        use_django(data)
        _refuse_outdated_database(data)
        _refuse_broken_map()
        _ensure_practice()
        grading = None if without_grading else _grading_service(data, grader_socket, config.grading_slots)
        _serve(listener, _greeting(url, data), grading)
    _leave()


@contextmanager
def _grader_socket(data: Path) -> Iterator[str]:
    """Where the grading service listens: in the data directory, or where its path would be too long, in a private folder."""
    path = data.resolve() / "run" / "grader.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        path.unlink(missing_ok=True)
        yield str(path)
        return
    folder = tempfile.mkdtemp(prefix="guildmark-")
    try:
        yield str(Path(folder, "grader.sock"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_outdated_database(data: Path) -> None:
    """Refuse to serve a database that is behind this version's code."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise UsageError(
            _("The database in {data} belongs to an older version.").format(data=data),
            next_step=_("Run: guildmark-portal init --data {data}").format(data=data),
        )


def _refuse_broken_map() -> None:
    """Refuse to serve with an operator's drawing of the world that cannot be shown."""
    from guildmark_portal.directory.map import drawing

    drawing.current()


def _ensure_practice() -> None:
    """See to it that candidates can rehearse; the portal serves all the same where that cannot be."""
    from guildmark_portal.exams.rehearsal import publish_practice

    try:
        publish_practice(actor="guildmark-portal serve")
    except (GuildmarkError, OSError):
        log.warning("the practice exam could not be published", exc_info=True)


def _grading_service(data: Path, grader_socket: str, slots: int) -> Child:
    banks = str(data.resolve() / "banks")
    return Child([*grader_command(), "serve", "--socket", grader_socket, "--banks", banks, "--slots", str(slots)])


class _Server(uvicorn.Server):
    """Uvicorn, which tells when it listens, and when it is about to stop."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready, self._on_stop = on_ready, on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, and end those that would never end by themselves."""
        self._on_stop()
        await super().shutdown(sockets)


def _greeting(url: str, data: Path) -> str:
    """What is said when the portal answers: where it is, and what would keep candidates from finding anything there."""
    from guildmark_portal.cli.init import anything_published

    ready = _("Guildmark is ready: {url}").format(url=url)
    if anything_published():
        return ready
    unpublished = _("No exam is published yet, so nobody can register for one.")
    next_step = _("In another terminal run: guildmark-portal publish BANK --kind demo --data {data}").format(data=data)
    return f"{ready}\n{unpublished}\n{next_step}"


def trusted_proxies(url: str, given: str | None) -> str:
    """Whose word on where a connection comes from is taken: those that were `given`.

    Else that of a proxy on this machine, where one must stand before the portal, which speaks plain HTTP itself; else nobody's.
    """
    if given is not None:
        return given
    return "127.0.0.1,::1" if url.startswith("https://") else ""


def _allow_many_pages() -> None:
    """Every page that lives holds a connection: as many files may be open as the system lets this process have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _ready(greeting: str) -> None:
    """Say that the portal answers, and keep Python's own pauses short from now on.

    What is loaded stays until the end, so no collection need look at it again: one that did would stop every request for a
    tenth of a second. And a thread that computes lets the others in every millisecond, because most of them only have to
    pass something on.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_S)
    typer.echo(greeting)


def _serve(listener: socket.socket, greeting: str, grading: Child | None) -> None:
    from django.conf import settings

    from guildmark_portal.accounts.expiry import purge_daily
    from guildmark_portal.cli.init import collect_static
    from guildmark_portal.cohorts.looking import look_hourly
    from guildmark_portal.credentials import paper
    from guildmark_portal.engine import live
    from guildmark_portal.engine.watch import Watch
    from guildmark_portal.exams.ending import remind_daily
    from guildmark_portal.jobs import leases
    from guildmark_portal.jobs.runner import Runner
    from guildmark_portal.orders.sweeping import sweep_hourly

    collect_static()  # before the application is made: it lists the files it serves when it starts
    config = uvicorn.Config(
        "guildmark_portal.asgi:application",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
        proxy_headers=bool(proxies := trusted_proxies(settings.PORTAL_URL, os.environ.get("FORWARDED_ALLOW_IPS"))),
        forwarded_allow_ips=proxies,
    )
    server = _Server(config, lambda: _ready(greeting), live.end_all)
    _allow_many_pages()
    runner, watch = Runner(), Watch()
    # Uvicorn raises the signal that stopped it once more when it is through; we still have things to do then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: None)
    leases.release_all()
    if grading:
        grading.start()
    purge_daily()
    remind_daily()
    sweep_hourly()
    look_hourly()
    warming = threading.Timer(_WARM_AFTER_S, paper.warm)
    warming.daemon = True
    warming.start()
    watch.start()  # before any job or request can find that a deadline passed while nothing was served
    runner.start()
    try:
        server.run(sockets=[listener])
    finally:
        warming.cancel()
        _end_request_threads()
        runner.stop(timeout_s=GRACE_S)
        if grading:
            grading.stop(timeout_s=GRACE_S)
        watch.stop()


def _end_request_threads() -> None:
    from guildmark_portal.asgi import application

    application.close()


def _leave() -> None:
    """End now, even if a request's thread still waits for something: its client has been told already."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    if any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate()):
        os._exit(0)
