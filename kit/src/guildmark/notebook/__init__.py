"""Guildmark in a notebook: a panel in a cell, and the magic `%guildmark`. Needs the extra `[notebook]`.

`%load_ext guildmark.notebook`, then `%guildmark` shows the panel (time, categories, hints, scores), `%guildmark submit 3 model`
hands in the variable `model` or a file, and `%guildmark status` or any other command does what it does in a terminal.

    widget    `ExamPanel`, an anywidget: the panel of every IDE, on a bridge of its own
    magics    `%guildmark`
    as_magic  what is said there: `%guildmark status` where a terminal says `guildmark status`
"""

import sys
from typing import Any

from guildmark.notebook.widget import ExamPanel

__all__ = ["ExamPanel", "load_ipython_extension"]


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext guildmark.notebook` calls."""
    from guildmark.notebook.magics import GuildmarkMagics

    if "google.colab" in sys.modules:
        from google.colab import output

        output.enable_custom_widget_manager()
    ipython.register_magics(GuildmarkMagics)
