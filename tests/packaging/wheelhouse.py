"""Wheels for tests of an installation that needs no index: small ones of our own, and the pip that comes with Python."""

import ensurepip
import shutil
import zipfile
from pathlib import Path


def wheel(folder, name="exampleframework", version="1.0", module="VALUE = 1\n"):
    """A wheel with one module."""
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", module)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def wheelhouse(folder):
    """A folder of wheels, and the variables that let pip and uv look nowhere else."""
    folder.mkdir()
    wheel(folder)
    for bundled in Path(ensurepip.__file__).parent.glob("_bundled/*.whl"):
        shutil.copy(bundled, folder)
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}
    return {**pip, "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(folder), "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1"}
