"""Loads and runs saved models as a worker does: python -m grader.tests.runtimes.run_saved FOLDER NAME…, one process for all.

For each case `NAME.found.npy` is what the runtime answers, or `NAME.refused.json` the code and values of its refusal, or the
error. Memory is bounded as in the box.
"""

import importlib
import json
import resource
import sys
from pathlib import Path

import numpy as np

from guildmark_grader.worker.request import Loader
from guildmark_grader.worker.runtimes import Unfit

from .saved_models import Case

MEMORY = 3 * 2**30


def main(folder: Path, names: list[str]) -> None:
    cases = [Case.named(folder, name) for name in names]
    loaders = [loader for loader in Loader if any(case.loader == loader.value for case in cases)]
    runtimes = {loader.value: importlib.import_module(f"guildmark_grader.worker.runtimes.{loader.value}") for loader in loaders}
    for runtime in runtimes.values():
        runtime.use_threads(2)
    for runtime in runtimes.values():
        runtime.warm()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for case in cases:
        runtime = runtimes[case.loader]
        inputs, _ = case.arrays(folder)
        try:
            model = runtime.load(folder / case.file, case.contract)
            found = runtime.predictor(model, inputs, case.contract, is_recurrent=case.is_recurrent)(inputs)
        except Unfit as unfit:
            refusal = {"code": unfit.finding.code, "params": dict(unfit.finding.params)}
            (folder / f"{case.name}.refused.json").write_text(json.dumps(refusal))
        except (MemoryError, *runtime.OUT_OF_MEMORY):
            (folder / f"{case.name}.refused.json").write_text('"out of memory"')
        except Exception as error:  # noqa: BLE001 - a case that fails is reported by its test
            (folder / f"{case.name}.refused.json").write_text(json.dumps({"raised": f"{type(error).__name__}: {error}"}))
        else:
            np.save(folder / f"{case.name}.found.npy", found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
