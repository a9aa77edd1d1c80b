"""The panel of every IDE as a widget: what it asks goes to a bridge in the kernel, what the bridge tells goes to the page.

The portal is followed in threads, so time and scores stay true while a cell trains. What is clicked meanwhile is answered when
the cell ends, because a kernel hears its page only between cells.
"""

import json
from pathlib import Path
from typing import Any

import anywidget

from guildmark import i18n
from guildmark.bridge import Bridge, Endpoint

_STATIC = Path(__file__).parent / "static"


class ExamPanel(anywidget.AnyWidget):  # type: ignore[misc]  # ipywidgets has no types
    """The panel of the exam in `folder` (the current one, if not given); `server` is the portal where the folder names none."""

    _esm = _STATIC / "widget.js"
    _css = _STATIC / "widget.css"

    def __init__(self, folder: Path | str | None = None, *, server: str | None = None) -> None:
        super().__init__()
        self._endpoint = Endpoint(self._send_line)
        self._bridge = Bridge(Path.cwd() if folder is None else Path(folder), notify=self._endpoint.notify, server=server)
        self.on_msg(self._hear)

    def close(self) -> None:
        """Take the panel away, and stop following the exam."""
        self._bridge.close()
        super().close()

    def _send_line(self, line: str) -> None:
        self.send({"message": json.loads(line)})

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        with i18n.in_language(str(content.get("language") or "")):
            self._endpoint.receive(json.dumps(content.get("message")), self._bridge)
