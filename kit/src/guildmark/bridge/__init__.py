"""The session library for tools that are not Python: JSON-RPC 2.0, one document a line.

An IDE starts `python -m guildmark.bridge --folder DIR` in the interpreter of its workspace, writes requests to its standard
input and reads answers and notifications from its standard output. A tool in Python (the server of JupyterLab, a widget in a
notebook) holds a `Bridge` itself and calls it.

    documents     what is asked and answered: parameters and results, frozen
    methods       `Bridge`: each method is one verb of the session, or a few
    signing_in    the sign-in, whose code is told on the way
    rpc           JSON-RPC: requests in parallel, errors with their next step
    words         the labels of every front-end, by key, in the reader's language
"""

from guildmark.bridge.methods import Bridge
from guildmark.bridge.rpc import Endpoint

__all__ = ["Bridge", "Endpoint"]
