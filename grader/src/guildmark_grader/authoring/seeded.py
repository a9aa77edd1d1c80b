"""Runs one `build.py` in a process of its own.

    python -m guildmark_grader.authoring.seeded BUILD MODULES SOURCES PUBLIC HIDDEN

The derived seed, 32 bytes in hex, arrives on standard input. The secret that it was derived from never enters this process.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np

from guildmark_grader.authoring.processes import tied_to_parent


def main() -> None:
    """Load the script and let it build."""
    tied_to_parent()
    script, modules, sources, public, hidden = (Path(argument) for argument in sys.argv[1:])
    entropy = int(sys.stdin.read(), 16)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    sys.path.append(str(modules))
    _loaded(script).build(rng, sources, public, hidden)


def _loaded(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", script)
    if spec is None or spec.loader is None:
        raise ImportError(f"{script.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
