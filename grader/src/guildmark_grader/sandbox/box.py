"""How boxes are made on this host."""

import os
from dataclasses import dataclass
from pathlib import Path

from guildmark_grader.sandbox import bwrap
from guildmark_grader.sandbox.zygote import Zygote
from guildmark_grader.worker.request import Program

NOBODY = 65534


@dataclass(frozen=True)
class Box:
    """Who runs in a box, and by which bubblewrap.

    As root, what runs in a box belongs to the user `uid` outside of it. `bubblewrap` names a binary; without it the
    system's is used, or the bundled one. A box that `is_insecure` is none: no bubblewrap, the caller's own user, and of the
    layers those that the host allows. It is for one's own models, on hosts where no box can stand.
    """

    uid: int = NOBODY
    bubblewrap: Path | None = None
    is_insecure: bool = False

    def zygote(self, program: Program, *, threads: int = 2, probes: Path | None = None) -> Zygote:
        """A new zygote of `program`. Raises `BoxFault` and its like if none can stand here."""
        if self.is_insecure:
            return Zygote(program, bubblewrap=None, uid=None, threads=threads, probes=probes)
        binary = self.bubblewrap or bwrap.binary()
        uid = self.uid if os.geteuid() == 0 else None
        return Zygote(program, bubblewrap=binary, uid=uid, threads=threads, probes=probes)
