"""JSON-RPC 2.0 over lines of text: each line is one document, a request or its answer, or a notification.

Requests are answered as they are done, not in their order: each runs in a thread of its own, so that the state can be asked
for while a file is being sent. An error of ours becomes code -32000 with its own code and next step beside the message.
"""

import contextvars
import json
import threading
import traceback
from collections.abc import Callable
from typing import Any, Final, Protocol

from pydantic import BaseModel, ValidationError

from guildmark.bridge.next_steps import in_panel_words
from guildmark.client.disk import not_written
from guildmark.errors import GuildmarkError, OurFault

_NOT_JSON: Final = -32700
_NO_REQUEST: Final = -32600
_NO_SUCH_METHOD: Final = -32601
_WRONG_PARAMS: Final = -32602
OURS: Final = -32000
Send = Callable[[str], object]


class NoSuchMethod(Exception):
    """There is no method of this name."""


class Handler(Protocol):
    """What answers requests. May raise `GuildmarkError`, `NoSuchMethod`, and `ValidationError` for its parameters."""

    def call(self, method: str, params: dict[str, Any]) -> BaseModel | None:
        """The result of `method`."""
        ...


class Endpoint:
    """One connection: lines that arrive go to `receive`, lines that leave to `send`, whole and one at a time."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sending = threading.Lock()

    def receive(self, line: str, handler: Handler) -> threading.Thread | None:
        """Take one line, for `handler` to answer. The thread that does so, if anything does; nothing here blocks."""
        try:
            request = json.loads(line)
        except ValueError:
            self._answer(None, error=_error(_NOT_JSON, "not a JSON document"))
            return None
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            self._answer(None, error=_error(_NO_REQUEST, "not a JSON-RPC request"))
            return None
        name = request["method"]
        here = contextvars.copy_context()  # the language of whoever asks
        thread = threading.Thread(target=here.run, args=(self._serve, request, handler), name=f"bridge-{name}", daemon=True)
        thread.start()
        return thread

    def notify(self, method: str, params: dict[str, Any]) -> None:
        """Tell the other side something that it did not ask for."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def _serve(self, request: dict[str, Any], handler: Handler) -> None:
        identifier, params = request.get("id"), request.get("params") or {}
        try:
            if not isinstance(params, dict):
                self._answer(identifier, error=_error(_WRONG_PARAMS, "parameters go by name"))
                return
            result = handler.call(request["method"], params)
        except NoSuchMethod:
            self._answer(identifier, error=_error(_NO_SUCH_METHOD, f"no method {request['method']}"))
        except ValidationError as error:
            self._answer(identifier, error=_error(_WRONG_PARAMS, str(error)))
        except GuildmarkError as error:
            self._answer(identifier, error=_ours(error))
        except OSError as error:
            self._answer(identifier, error=_ours(not_written(error)))
        except Exception:  # noqa: BLE001  # a bug of ours must be one answer, not a tool that waits for ever
            traceback.print_exc()
            self._answer(identifier, error=_ours(OurFault()))
        else:
            self._answer(identifier, result={} if result is None else result.model_dump(mode="json"))

    def _answer(self, identifier: object, **what: Any) -> None:
        self._write({"jsonrpc": "2.0", "id": identifier, **what})

    def _write(self, document: dict[str, Any]) -> None:
        line = json.dumps(in_panel_words(document), ensure_ascii=False)
        with self._sending:
            self._send(line)


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


def _ours(error: GuildmarkError) -> dict[str, Any]:
    """The error with what a tool shows beside its sentence; `details` are those of the errors that have some."""
    told = {"code": error.code, "next_step": error.next_step, "exit_code": error.exit_code}
    details = getattr(error, "details", None)
    return {"code": OURS, "message": error.message, "data": told if details is None else {**told, "details": details}}
