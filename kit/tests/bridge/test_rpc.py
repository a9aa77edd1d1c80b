import json
import threading

import pytest
from pydantic import BaseModel

from guildmark.bridge.rpc import Endpoint, NoSuchMethod
from guildmark.errors import NotStarted, Refused


class Text(BaseModel):
    text: str


class Echo:
    """Says what it hears; `wait` answers once `go` is set."""

    def __init__(self):
        self.go = threading.Event()

    def call(self, method, params):
        if method == "wait":
            assert self.go.wait(5)
            return Text(text="waited")
        if method == "refuse":
            raise Refused("No.", next_step="Ask for less.", code="too_much")
        if method == "not_started":
            raise NotStarted
        if method == "break":
            raise RuntimeError("a bug")
        if method == "echo":
            return Text.model_validate(params)
        if method == "nothing":
            return None
        raise NoSuchMethod


@pytest.fixture
def lines():
    return []


@pytest.fixture
def ask(lines):
    handler = Echo()
    endpoint = Endpoint(lines.append)

    def once(line):
        thread = endpoint.receive(line if isinstance(line, str) else json.dumps(line), handler)
        if thread is not None:
            thread.join(5)
        return json.loads(lines[-1])

    return once


def request(method, **params):
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def test_it_answers_under_the_id_of_the_request(ask):
    assert ask(request("echo", text="héllo 안녕")) == {"jsonrpc": "2.0", "id": 7, "result": {"text": "héllo 안녕"}}


def test_what_has_no_result_is_answered_with_an_empty_one(ask):
    assert ask(request("nothing"))["result"] == {}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", -32700),
        ("[]", -32600),
        ('{"id": 7}', -32600),
        ('{"id": 7, "method": 3}', -32600),
        ('{"id": 7, "method": "echo", "params": [1]}', -32602),
        ('{"id": 7, "method": "echo", "params": {}}', -32602),
        ('{"id": 7, "method": "unheard_of"}', -32601),
    ],
)
def test_a_line_that_is_no_request_is_answered_with_what_is_wrong(ask, line, code):
    assert ask(line)["error"]["code"] == code


def test_a_refusal_keeps_its_words_its_code_and_its_next_step(ask):
    error = ask(request("refuse"))["error"]
    assert error == {
        "code": -32000,
        "message": "No.",
        "data": {"code": "too_much", "next_step": "Ask for less.", "exit_code": 3},
    }


def test_a_bug_of_ours_is_an_answer_too(ask, capsys):
    error = ask(request("break"))["error"]
    assert (error["code"], error["data"]["exit_code"]) == (-32000, 1)
    assert "a bug" not in error["message"]
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_while_one_request_waits_another_is_answered(lines):
    handler, endpoint = Echo(), Endpoint(lines.append)
    slow = endpoint.receive(json.dumps(request("wait")), handler)
    endpoint.receive(json.dumps(request("echo", text="quick")), handler).join(5)
    assert [json.loads(line)["result"]["text"] for line in lines] == ["quick"]
    handler.go.set()
    slow.join(5)
    assert [json.loads(line)["result"]["text"] for line in lines] == ["quick", "waited"]


def test_a_notification_carries_no_id(lines):
    Endpoint(lines.append).notify("board", {"a": 1})
    assert json.loads(lines[0]) == {"jsonrpc": "2.0", "method": "board", "params": {"a": 1}}
