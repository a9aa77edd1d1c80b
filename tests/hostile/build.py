"""Builds every hostile file: python -m tests.hostile.build FOLDER MARKS. A process of its own, since it imports TensorFlow."""

import sys
from pathlib import Path

from tests.hostile.cases import CASES
from tests.hostile.files.bench import Bench
from tests.hostile.marks import Marks


def main() -> None:
    """Write FOLDER/NAME for each case, and what the files refer to under FOLDER/beside."""
    folder, marks = Path(sys.argv[1]), Marks.from_json(sys.argv[2])
    (folder / "parts").mkdir()
    bench = Bench(folder / "parts", marks)
    for case in CASES:
        case.build(bench, folder / case.name)


if __name__ == "__main__":
    main()
