"""What stands at the other end of a bridge in the tests: a front-end in this process, or before a process of its own."""

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from guildmark.bridge import Bridge, Endpoint
from guildmark.client.following import Rhythm
from guildmark.client.transport import Patience

LIMIT_S = 30
SOON = Rhythm(waits_s=(0.05,), poll_s=0.1, next_try_s=0.1)


class Front:
    """Asks a bridge, and keeps what it says by itself."""

    def __init__(self):
        self.answers = queue.Queue()
        self.heard = []
        self.asked = 0
        self.news = threading.Condition()

    def take(self, line):
        document = json.loads(line)
        if "id" in document:
            self.answers.put(document)
            return
        with self.news:
            self.heard.append(document)
            self.news.notify_all()

    def ask(self, method, **params):
        self.asked += 1
        self.write(json.dumps({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}))
        answer = self.answers.get(timeout=LIMIT_S)
        assert answer["id"] == self.asked
        return answer

    def result(self, method, **params):
        answer = self.ask(method, **params)
        assert "error" not in answer, answer
        return answer["result"]

    def notified(self, method):
        return [one["params"] for one in self.heard if one["method"] == method]

    def until(self, true_of_board, *, after=0):
        """The first board that it told for which `true_of_board` holds, past the first `after` boards."""
        with self.news:
            found = self.news.wait_for(lambda: [one for one in self.notified("board")[after:] if true_of_board(one)], LIMIT_S)
        assert found, "no such board"
        return found[0]


class Inside(Front):
    """A bridge in this process."""

    def __init__(self, folder):
        super().__init__()
        self.endpoint = Endpoint(self.take)
        self.bridge = Bridge(folder, notify=self.endpoint.notify, patience=Patience(waits_s=()), rhythm=SOON)

    def write(self, line):
        self.endpoint.receive(line, self.bridge)

    def close(self):
        self.bridge.close()


class Process(Front):
    """A bridge in a process of its own, started with `command`."""

    def __init__(self, folder, *command, **environment):
        super().__init__()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *(command or ("guildmark.bridge",)), "--folder", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **environment},
        )
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()

    def _listen(self):
        for line in self.process.stdout:
            self.take(line)

    def write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self):
        self.process.stdin.close()
        try:
            return self.process.wait(LIMIT_S)
        finally:
            self.process.kill()
            self.listener.join(LIMIT_S)
            self.process.stdout.close()


def model(begun, score, number=1, size=3_000_000):
    path = Path(begun["folder"]) / f"Category{number}" / "mymodel.keras"
    path.write_bytes(f"score {score}".encode().ljust(size))
    return path
