"""A portal on loopback for the client's tests: real HTTP, the real protocol, and faults on demand."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from loopback_exam import TITLES, WEIGHTS, Exam

from guildmark import protocol as wire
from guildmark.errors import GuildmarkError, Refused, SignInRequired

FIELDS = ("category", "filename", "sha256")


@dataclass
class Faults:
    """What goes wrong next; each counts down.

    `drop` closes the connection of that many API requests unheard; `cut_patch_after` keeps that many bytes of the next
    PATCH and closes; `lose_patch_answer` takes a PATCH and closes; `lose_opening` does so with an opening; `busy` answers
    that many PATCHes that another request sends bytes of the upload; `gateway` answers 502 without our header. `no_stream` has
    that many streams of events arrive as nothing; for that many, `stream_blocked` answers 502 in the portal's place.
    """

    drop: int = 0
    gateway: int = 0
    cut_patch_after: int | None = None
    lose_patch_answer: int = 0
    lose_opening: int = 0
    busy: int = 0
    no_stream: int = 0
    stream_blocked: int = 0
    damage_bundle: int = 0
    damage_file: int = 0
    broken: int = 0


@dataclass
class Portal:
    exam: Exam = field(default_factory=Exam)
    before: dict[str, Exam] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    access: set[str] = field(default_factory=lambda: {"ada-1"})
    refresh: set[str] = field(default_factory=lambda: {"ada-refresh"})
    pending_polls: list[str] = field(default_factory=list)
    other_programs: list[str] = field(default_factory=list)
    protocol: str | None = wire.PROTOCOL_VERSION
    log: list[str] = field(default_factory=list)
    seen_versions: set[str | None] = field(default_factory=set)
    issuer_file: bytes | None = None
    url: str = ""
    news: int = 0
    cuts: int = 0
    keep_alive_s: float = 15.0
    ends_sign_ins: bool = True
    sign_in_interval_s: float = 5

    def tell(self):
        """Tell everybody who follows the attempt that it changed."""
        self.news += 1

    def cut_streams(self):
        """Break every stream of events."""
        self.cuts += 1

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"portal": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.cut_streams()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def sent_bytes(self):
        return sum(int(line.split()[-1]) for line in self.log if line.startswith("PATCH"))


class _Hangup(Exception):
    """The portal closes the connection."""


class _Handler(BaseHTTPRequestHandler):
    portal: Portal
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._serve()

    do_POST = do_PUT = do_HEAD = do_PATCH = do_GET  # noqa: N815  # the names that http.server looks for

    def _serve(self):
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query)
        length = int(self.headers.get("Content-Length") or 0)
        self.portal.log.append(f"{self.command} {parts.path} {length}")
        try:
            if parts.path.startswith("/api/v1/"):
                self._fail_on_demand(length)
                self.body = self.rfile.read(length)
                self._api(parts.path.removeprefix("/api/v1").strip("/").split("/"))
            elif parts.path == "/verify/issuer.json" and self.portal.issuer_file is not None:
                self._answer(200, self.portal.issuer_file, Content_Type="application/json")
            else:
                self.body = self.rfile.read(length)
                self._sign_in(parts.path)
        except (_Hangup, BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except SignInRequired as error:
            self._problem(401, error)
        except GuildmarkError as error:
            self._problem(409, error)
        except KeyError:
            self._problem(404, Refused("There is no such thing.", code="not_found"))

    def _fail_on_demand(self, length):
        faults = self.portal.faults
        if faults.drop:
            faults.drop -= 1
            raise _Hangup
        if faults.gateway:
            faults.gateway -= 1
            self.rfile.read(length)
            self._bad_gateway()

    def _bad_gateway(self):
        self.send_response(502)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        raise _Hangup

    def _answer(self, status, body=b"", **headers):
        self.send_response(status)
        if self.portal.protocol is not None:
            self.send_header(wire.PROTOCOL_HEADER, self.portal.protocol)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, document, status=200):
        if isinstance(document, wire.Reply):
            document = document.model_dump(mode="json")
        self._answer(status, json.dumps(document).encode(), Content_Type="application/json")

    def _problem(self, status, error):
        self._json({"code": error.code, "message": error.message, "next_step": error.next_step}, status)

    # OpenID Connect

    def _sign_in(self, path):
        portal = self.portal
        form = {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
        if path == "/.well-known/openid-configuration":
            here = portal.url
            endpoints = {"device_authorization": "device", "token": "token"}
            endpoints |= {"revocation": "revoke"} if portal.ends_sign_ins else {}
            self._json({f"{name}_endpoint": f"{here}/o/{place}" for name, place in endpoints.items()})
        elif path == "/o/revoke":
            assert form["client_id"] == "guildmark-client"
            ended = {"access_token": portal.access, "refresh_token": portal.refresh}[form["token_type_hint"]]
            ended.discard(form["token"])
            self._answer(200)
        elif path == "/o/device":
            assert form == {"client_id": "guildmark-client", "scope": "openid profile email"}
            code = {"device_code": "dev", "user_code": "ABCD-EFGH", "verification_uri": f"{portal.url}/o/confirm"}
            complete = f"{portal.url}/o/confirm?code=ABCD-EFGH"
            terms = {"expires_in": 300, "interval": portal.sign_in_interval_s}
            self._json({**code, "verification_uri_complete": complete, **terms})
        elif form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in portal.refresh:
                return self._json({"error": "invalid_grant"}, 400)
            portal.refresh = {"ada-refresh-2"}
            portal.access.add("ada-2")
            self._json({"access_token": "ada-2", "refresh_token": "ada-refresh-2", "token_type": "Bearer", "expires_in": 60})
        elif portal.pending_polls:
            self._json({"error": portal.pending_polls.pop(0)}, 400)
        else:
            self._json({"access_token": "ada-1", "refresh_token": "ada-refresh", "token_type": "Bearer"})
        return None

    # The API

    def _api(self, path):
        portal, exam = self.portal, self.portal.exam
        portal.seen_versions.add(self.headers.get(wire.PROTOCOL_HEADER))
        if portal.faults.broken:
            portal.faults.broken -= 1
            return self._answer(500, b"<h1>Server Error</h1>")
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if path != ["keys"] and token not in portal.access | {"mallory"}:
            raise SignInRequired
        shared = {
            "keys": lambda: [key.model_dump(mode="json") for key in exam.public_keys()],
            "me": lambda: wire.Me(email="ada@example.org", name="Ada"),
            "programs": lambda: [{**self._program(), "slug": slug} for slug in ("test", *portal.other_programs)],
        }
        if path[0] in shared:
            return self._json(shared[path[0]]())
        if path == ["measure"]:
            return self._answer(204)
        if token == "mallory":
            raise KeyError
        return {"uploads": self._upload, "submissions": self._submission, "attempts": self._attempts}[path[0]](*path[1:])

    def _submission(self, identifier, what=""):
        if what == "file":
            data = self.portal.exam.submissions[identifier]["upload"].data
            damaged, self.portal.faults.damage_file = self.portal.faults.damage_file, 0
            return self._answer(200, data[:-1] + bytes([data[-1] ^ 1]) if damaged else data)
        if "wait" in self.query:
            self.portal.exam.submissions[identifier]["left"] -= 1
        return self._json(self.portal.exam.submission(identifier))

    def _attempts(self, attempt=None, what="", category="", _pin=""):
        if attempt is None and self.command == "GET":
            return self._json([self._summary()] if self.portal.exam.registered else [])
        if attempt is None:
            wire.OpenAttempt.model_validate_json(self.body)
            self.portal.exam.registered = True
            return self._json(self.portal.exam.state())
        if attempt != self.portal.exam.attempt:
            return self._json(self.portal.before[attempt].state())
        if what == "categories":
            self.portal.exam.pin(category, wire.PinWish.model_validate_json(self.body).submission)
        return self._attempt(what)

    def _attempt(self, what):
        exam = self.portal.exam
        if what == "prepare":
            exam.prepared_at = exam.prepared_at or exam.now
            digest = hashlib.sha256(exam.bundle).hexdigest()
            url = f"/api/v1/attempts/{exam.attempt}/bundle"
            self._json(wire.BundleOffer(url=url, sha256=digest, size=len(exam.bundle), requirements=exam.requirements))
        elif what == "bundle":
            damaged, self.portal.faults.damage_bundle = self.portal.faults.damage_bundle, 0
            self._answer(200, exam.bundle[:-1] + bytes([exam.bundle[-1] ^ 1]) if damaged else exam.bundle)
        elif what == "begin":
            wire.Begin.model_validate_json(self.body)
            self._json(exam.begin())
        elif what == "uploads":
            pairs = dict(pair.split(" ") for pair in self.headers["Upload-Metadata"].split(","))
            category, name, sha256 = (base64.b64decode(pairs[key]).decode() for key in FIELDS)
            upload = exam.open_upload(category, name, sha256, int(self.headers["Upload-Length"]))
            if self.portal.faults.lose_opening:
                self.portal.faults.lose_opening -= 1
                raise _Hangup
            self._answer(201, Location=f"http://elsewhere.invalid/api/v1/uploads/{upload.id}", **self._standing(upload))
        elif what == "events":
            self._events()
        elif what == "readiness":
            self._json(exam.readiness())
        elif what == "break":
            exam.take_break()
            self._json(exam.state())
        elif what == "finish":
            exam.finish(wire.Finish.model_validate_json(self.body).confirm)
            self._json(exam.state())
        else:
            self._json(exam.state())

    def _events(self):
        portal, faults = self.portal, self.portal.faults
        if faults.stream_blocked:
            faults.stream_blocked -= 1
            self._bad_gateway()
        self.send_response(200)
        self.send_header(wire.PROTOCOL_HEADER, portal.protocol)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        if faults.no_stream:
            faults.no_stream -= 1
            raise _Hangup
        cuts, told, alive_at = portal.cuts, None, time.monotonic()
        while portal.cuts == cuts:
            if told != portal.news:
                told = portal.news
                self.wfile.write(f"data: {json.dumps(portal.exam.state())}\n\n".encode())
            elif time.monotonic() > alive_at + portal.keep_alive_s:
                alive_at = time.monotonic()
                self.wfile.write(b": still here\n\n")
            time.sleep(0.01)
        raise _Hangup

    def _summary(self):
        state = self.portal.exam.state()
        names = ("id", "program", "exam_title", "exam_version", "phase", "deadline")
        return {**{name: state[name] for name in names}, "kind": "demo", "passed": None}

    def _standing(self, upload):
        done = {wire.SUBMISSION_HEADER.replace("-", "_"): upload.submission} if upload.submission else {}
        return {"Upload_Offset": str(len(upload.data)), "Tus_Resumable": "1.0.0", **done}

    def _upload(self, identifier):
        upload = self.portal.exam.uploads[identifier]
        faults = self.portal.faults
        assert self.headers["Tus-Resumable"] == "1.0.0"
        if self.command == "HEAD":
            return self._answer(200, **self._standing(upload))
        if faults.busy:
            faults.busy -= 1
            raise Refused("Another request is sending bytes of this upload right now.", code="upload_busy")
        if int(self.headers["Upload-Offset"]) != len(upload.data):
            raise Refused("The offset is another one.", code="offset_mismatch")
        if faults.cut_patch_after is not None:
            kept, faults.cut_patch_after = faults.cut_patch_after, None
            self.portal.exam.receive(upload, self.body[:kept])
            raise _Hangup
        self.portal.exam.receive(upload, self.body)
        if faults.lose_patch_answer:
            faults.lose_patch_answer -= 1
            raise _Hangup
        return self._answer(204, **self._standing(upload))

    def _program(self):
        categories = [{"id": c, "number": n, "title": TITLES[c], "weight": WEIGHTS[c]} for n, c in enumerate(WEIGHTS, 1)]
        facts = {"slug": "test", "title": "Test exam", "level": "practitioner", "framework": "TensorFlow", "kind": "demo"}
        rules = {"duration_s": 18000, "pass_rule": "weighted", "pass_mark": 90, "exam_version": "2026.1"}
        facts["requirements"] = self.portal.exam.requirements
        return {**facts, **rules, "categories": categories}
