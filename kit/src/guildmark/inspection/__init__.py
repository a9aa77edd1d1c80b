"""A static look at a model file, before anything loads it: the same on the candidate's machine and inside the box.

`inspect_file` never loads a model and imports no framework. It reads the file as hostile bytes: the format by its magic
number, archives and HDF5 within bounds, and the configuration against a list of the layers that are allowed. What passed
can be written out again by `rewrite`, so that a loader meets what was parsed here and never the candidate's own bytes.
It needs numpy and h5py (`guildmark[check]`); without them it raises `ImportError`.

    file       which format, how large; runs the inspection of that format
    archive    `.keras`: a zip archive with a configuration and an HDF5 file of weights
    hdf5       what an HDF5 file may hold; `.h5` keeps the configuration in an attribute
    config     the configuration: its size, its depth, and every class it names
    allowed    the names of Keras that a configuration may use
    shapes     what goes in and comes out, as far as the configuration tells
"""

from guildmark.inspection.file import inspect_file, rewrite
from guildmark.inspection.findings import Finding, Inspection, printable

__all__ = ["Finding", "Inspection", "inspect_file", "printable", "rewrite"]
