"""The reasons for which an inspection refuses a file, which is then never run: the file itself, its layers, its graph."""

from guildmark.i18n import mark
from guildmark.rules.verdict import Reason, Verdict

_REJECTED = Verdict.REJECTED

FILE_REASONS: tuple[Reason, ...] = (
    Reason("file.empty", _REJECTED, mark("The file is empty. Save the model again and submit that file.")),
    Reason(
        "file.too_large",
        _REJECTED,
        mark(
            "The file has {found}; this task takes at most {limit}. Use fewer or smaller layers, or save without the optimizer."
        ),
    ),
    Reason(
        "file.not_a_model",
        _REJECTED,
        mark(
            "This is not a model file, whatever its name says. Save the model again in a format that the task takes, such as "
            "model.save('mymodel.keras'), and submit that file."
        ),
    ),
    Reason(
        "file.code",
        _REJECTED,
        mark("This is code, not a model. Run it, and submit the model file that it saves, such as mymodel.keras."),
    ),
    Reason(
        "file.format_not_allowed",
        _REJECTED,
        mark("This task does not take {found} files. Save the model as one of: {expected}."),
    ),
    Reason(
        "file.weights_only",
        _REJECTED,
        mark("The file holds weights without a model. Save the whole model with model.save(...), not model.save_weights(...)."),
    ),
    Reason("file.corrupt", _REJECTED, mark("The file is damaged or cut short. Save the model again and submit the new file.")),
    Reason(
        "file.pickle",
        _REJECTED,
        mark(
            "The file holds pickled Python objects ({name}), which are never accepted: a pickle is code. Export the model with "
            "torch.export.save(...) of a current PyTorch, with its weights as plain tensors."
        ),
    ),
    Reason(
        "file.unknown_part",
        _REJECTED,
        mark(
            "The file holds something that the exam's version of this format does not have: {name}. Save the model again with "
            "the library versions that the instructions name."
        ),
    ),
    Reason(
        "archive.unsafe",
        _REJECTED,
        mark("The archive holds something that a saved model never has: {name}. Save the model again with model.save(...)."),
    ),
    Reason(
        "archive.expands",
        _REJECTED,
        mark("The file expands to more than a model of this task can need. Save a smaller model with model.save(...)."),
    ),
    Reason(
        "hdf5.external",
        _REJECTED,
        mark("The file refers to data outside itself ({name}). Save the model again with model.save(...)."),
    ),
    Reason(
        "hdf5.filter",
        _REJECTED,
        mark("The file uses a storage filter that is not standard ({name}). Save the model again with model.save(...)."),
    ),
    Reason(
        "config.unreadable",
        _REJECTED,
        mark("The model's configuration cannot be read. Save the model again with model.save(...) from TensorFlow 2."),
    ),
    Reason(
        "config.too_complex",
        _REJECTED,
        mark("The model's configuration is larger or deeper nested than a model of this task can need. Build a simpler model."),
    ),
    Reason(
        "layer.lambda",
        _REJECTED,
        mark("The model has a Lambda layer ({name}), which is never accepted: it carries code. Use built-in layers instead."),
    ),
    Reason(
        "layer.forbidden",
        _REJECTED,
        mark("This task does not allow the layer {name}. Replace it; the instructions list the layers that are forbidden."),
    ),
    Reason(
        "layer.unknown",
        _REJECTED,
        mark("{name} is not a built-in Keras layer or function. Use built-in ones, so that the model can be loaded anywhere."),
    ),
    Reason(
        "layer.reads_files",
        _REJECTED,
        mark(
            "The layer {name} would read its vocabulary from a file that is not part of the model. Give it the words as a list "
            "or call adapt(...), and save the model again."
        ),
    ),
    Reason(
        "layer.no_vocabulary",
        _REJECTED,
        mark(
            "The layer {name} has lost its vocabulary: .h5 files do not keep what adapt(...) learnt. Save the model with "
            "model.save('mymodel.keras')."
        ),
    ),
    Reason(
        "graph.operation",
        _REJECTED,
        mark(
            "The model uses the operation {name}, which is not accepted: it is custom code, it reaches files or other "
            "programs, or the grader does not know it. Build the model from the standard layers, and export it again."
        ),
    ),
    Reason(
        "graph.domain",
        _REJECTED,
        mark(
            "The model uses operators of the domain {name}; only those of ONNX itself are accepted (ai.onnx and ai.onnx.ml). "
            "Export the model with standard operators alone."
        ),
    ),
    Reason(
        "graph.external",
        _REJECTED,
        mark(
            "The file keeps data of the model outside itself ({name}). Export the model as one file that holds all its weights."
        ),
    ),
    Reason(
        "graph.asset",
        _REJECTED,
        mark(
            "The model needs a file beside it ({name}), such as a vocabulary that a layer took from a text file. Give the "
            "layer its vocabulary as a list, and export the model again."
        ),
    ),
    Reason(
        "graph.object",
        _REJECTED,
        mark(
            "The model holds an object of a kind that is not accepted ({name}). Export a model of standard layers alone, with "
            "nothing but tensors going in and out."
        ),
    ),
    Reason(
        "graph.expression",
        _REJECTED,
        mark(
            "The exported program holds a text that is more than a name or a size ({name}), and so might be code. Export the "
            "model again with torch.export.save(...), and give its parts plain names."
        ),
    ),
    Reason(
        "graph.no_signature",
        _REJECTED,
        mark(
            "The SavedModel does not say how it is called: it has no signature serving_default with inputs and outputs. Export"
            " it with model.export('folder'), and zip that folder."
        ),
    ),
    Reason(
        "graph.first_version",
        _REJECTED,
        mark("The SavedModel is of TensorFlow 1. Export it with model.export('folder') of TensorFlow 2, and zip that folder."),
    ),
)
