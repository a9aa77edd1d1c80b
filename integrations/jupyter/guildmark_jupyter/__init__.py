"""Guildmark in JupyterLab: the panel in the side bar (prebuilt), and the socket of the Jupyter server that it speaks through.

    socket   `/guildmark/bridge`, for whoever may use the server
    shared   the bridge behind it, which outlives a page

JupyterLab finds the panel, and the server the extension, by the functions below.
"""

from pathlib import Path
from typing import Any

from tornado.ioloop import IOLoop, PeriodicCallback

from guildmark_jupyter.shared import IDLE_S, SharedBridges
from guildmark_jupyter.socket import BridgeSocket, address_under

__version__ = "0.1.0"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@guildmark/jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "guildmark_jupyter"}]


def _load_jupyter_server_extension(server: Any) -> None:
    web = server.web_app
    root = Path(web.settings["server_root_dir"]).expanduser()
    bridges = SharedBridges(root)
    web.add_handlers(".*$", [(address_under(web.settings["base_url"]), BridgeSocket, {"bridges": bridges})])
    # The panel opens files by their paths below the root; the exam's folder is told without links, so the root is too.
    web.settings.setdefault("page_config_data", {})["guildmarkRoot"] = root.resolve().as_posix()

    def tidy() -> None:
        for shared in bridges.tidy():
            IOLoop.current().run_in_executor(None, shared.close)

    PeriodicCallback(tidy, IDLE_S * 1000).start()
