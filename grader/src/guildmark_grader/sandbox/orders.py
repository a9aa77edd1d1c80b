"""The orders for the launcher: what a zygote's bubblewrap is told, and where its parts come from."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from guildmark_grader.inside.zygote import PROBES
from guildmark_grader.sandbox import bwrap, layout
from guildmark_grader.sandbox.launcher import STAGING
from guildmark_grader.worker.request import Program


@dataclass(frozen=True)
class Orders:
    """What the launcher is told, see there. `uid` is whom it becomes when it is root; `probes` go with `Program.PROBE` alone.

    Without `bubblewrap` the zygote runs on the bare host.
    """

    program: Program
    bubblewrap: Path | None
    uid: int | None
    threads: int
    probes: Path | None = None
    scratch: Path | None = None

    def for_control(self, control: int) -> bytes:
        """The orders for a zygote that is led over the descriptor `control`."""
        if self.bubblewrap is None:
            return self._bare(control)
        binds = [*layout.code_binds(self.program)]
        if self.probes is not None:
            binds.append(layout.Bind(self.probes.absolute(), PROBES))
        staged = [[str(bind.source), str(number)] for number, bind in enumerate(binds)]
        sources = [place for _, place in staged] if self.uid is not None else [source for source, _ in staged]
        mounts = [(str(Path(STAGING, source)), bind.target) for source, bind in zip(sources, binds, strict=True)]
        binary = self.bubblewrap
        if self.uid is not None:
            parts = bwrap.parts(self.bubblewrap)
            staged += [[str(source), f"tool/{place}"] for place, source in parts.items()]
            binary = Path(STAGING, "tool", next(iter(parts)))
        command = [layout.PYTHON, "-I", "-S", "-B", layout.ZYGOTE, str(control)]
        argv = [str(binary), *bwrap.arguments(mounts, _environment(self.program, self.threads)), "--", *command]
        return json.dumps({"binds": staged, "uid": self.uid, "argv": argv, "environment": {}}).encode()

    def _bare(self, control: int) -> bytes:
        argv = [str(layout.interpreter()), "-I", "-S", "-B", str(layout.zygote_on_host()), str(control)]
        places = {"LD_LIBRARY_PATH": str(Path(sys.base_prefix, "lib")), "TMPDIR": str(self.scratch)}
        orders = {"binds": [], "uid": None, "argv": argv, "environment": _environment(self.program, self.threads) | places}
        return json.dumps(orders).encode()


def _environment(program: Program, threads: int) -> dict[str, str]:
    return {
        "HOME": "/tmp",  # noqa: S108 - the box's own
        "LANG": "C.UTF-8",
        "LD_LIBRARY_PATH": layout.LIBRARY_PATH,
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        # PyTorch would make its threads at the import, and they do not survive a fork; it is told their number afterwards.
        "OMP_NUM_THREADS": "1" if program is Program.TORCH else str(threads),
        "OPENBLAS_NUM_THREADS": "1",
    }
