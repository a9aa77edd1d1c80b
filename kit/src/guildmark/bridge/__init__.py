"""The session library for tools that are not Python: JSON-RPC 2.0, one document a line.

An IDE starts `python -m guildmark.bridge --folder DIR` in the interpreter of its workspace, writes requests to its standard
input and reads answers and notifications from its standard output. A tool in Python (the server of JupyterLab, a widget in a
notebook) holds a `Bridge` itself and calls it.

    documents     what is asked and answered: parameters and results, frozen
    methods       `Bridge`: each method is one verb of the session, or a few
    holding       the one session and board that all requests share
    submitting    what is asked before a file is handed in, and when there is no time to ask
    fetching      where the file of a submission goes that is fetched back
    rehearsing    the checks before any clock, each told as it is made
    rpc           JSON-RPC: requests in parallel, errors with their next step
    next_steps    what to do next, in the words of a panel, which has buttons
    words         the labels of every front-end, by key, in the reader's language
    telling       answers in words: a check, a submission, the list before Finish, the decision
"""

from guildmark.bridge.methods import Bridge
from guildmark.bridge.rpc import Endpoint

__all__ = ["Bridge", "Endpoint"]
