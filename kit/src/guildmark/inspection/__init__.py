"""A static look at a model file, before anything loads it: the same on the candidate's machine and inside the box.

`inspect_file` never loads a model and imports no framework. It reads the file as hostile bytes: the format by its content,
never by its name; archives, HDF5, protocol buffers and FlatBuffers within bounds; layers and operations against lists of what
is allowed. What passed can be written out again by `rewrite`, so that a loader meets what was parsed here and never the
candidate's own bytes. Keras files need numpy and h5py (`guildmark[check]`); without them it raises `ImportError`.

    file          which format, how large; runs the inspection of that format
    apart         the same in a process of its own, for `guildmark check`

    archive       `.keras`: a zip archive with a configuration and an HDF5 file of weights
    h5            `.h5`: an HDF5 file that keeps the configuration in an attribute
    saved_model   TensorFlow's SavedModel, zipped
    onnx          ONNX
    tflite        TFLite
    pt2           PyTorch's `torch.export`, with its program in pt2_program

    zipped        any zip archive: what it may declare                        hdf5, hdf5_texts   what an HDF5 file may hold
    protobuf      protocol buffers, read strictly (saved_model_schema, onnx_schema)
    flatbuffer    FlatBuffers, every offset checked                           bounded_json       JSON within bounds
    config        the configuration of Keras: every class that it names       graph              what graphs have in common
    allowed, saved_model_ops, tflite_operators, pt2_operators                 the names that are allowed
    shapes        what goes in and comes out of a Keras model, and whether that fits the contract
    limits        how much of a file is read
"""

from guildmark.inspection.file import inspect_file, rewrite
from guildmark.inspection.findings import Finding, Inspection, printable

__all__ = ["Finding", "Inspection", "inspect_file", "printable", "rewrite"]
