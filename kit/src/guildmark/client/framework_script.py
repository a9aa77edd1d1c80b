"""Tells as JSON what TensorFlow is in the interpreter that runs this: its version, its build, and the GPUs that it sees.

It runs in the candidate's interpreter, whatever its version, and needs nothing of ours.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys


def main() -> None:
    """Print one line: the last of standard output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tensorflow = importlib.import_module("tensorflow")
    build = dict(tensorflow.sysconfig.get_build_info())
    facts = {
        "version": tensorflow.__version__,
        "python": platform.python_version(),
        "is_cuda_build": bool(build.get("is_cuda_build")),
        "cuda": str(build.get("cuda_version") or ""),
        "cudnn": str(build.get("cudnn_version") or ""),
        "gpus": [gpu.name for gpu in tensorflow.config.list_physical_devices("GPU")],
        "packages": _packages(),
    }
    sys.stdout.write("\n" + json.dumps(facts) + "\n")


def _packages() -> dict[str, str]:
    """The versions of NVIDIA's libraries and Apple's plug-in, where they came as packages."""
    try:
        from importlib.metadata import distributions
    except ImportError:  # before Python 3.8
        return {}
    names = ((found.metadata["Name"] or "", found.version) for found in distributions())
    return {name.lower(): version for name, version in names if name.lower().startswith(("nvidia-", "tensorflow-metal"))}


if __name__ == "__main__":
    main()
