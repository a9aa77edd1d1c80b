"""What became of a submission, whose fault it was, and the sentences that say so.

A candidate only ever reads what stands in `REASONS`, filled with expected and found values: never a traceback, a path or
the output of the model. `describe` renders a reason in the reader's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from guildmark.i18n import _, mark

Params = Mapping[str, str | int | float]


class Verdict(str, Enum):
    """How grading ended."""

    GRADED = "graded"
    REJECTED = "rejected"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    GRADER_ERROR = "grader_error"

    @property
    def is_ours(self) -> bool:
        """Whether the fault is ours: then it is tried again, and never counts against the candidate."""
        return self is Verdict.GRADER_ERROR


@dataclass(frozen=True)
class Reason:
    """One reason: its stable `code`, the verdict that it goes with, and its sentence with named gaps."""

    code: str
    verdict: Verdict
    sentence: str


def _table(*reasons: Reason) -> dict[str, Reason]:
    return {reason.code: reason for reason in reasons}


_GRADED, _REJECTED, _FAILED = Verdict.GRADED, Verdict.REJECTED, Verdict.FAILED

REASONS: Mapping[str, Reason] = _table(
    Reason("graded.full", _GRADED, mark("Full score: {metric} is {value}.")),
    Reason(
        "graded.quality",
        _GRADED,
        mark(
            "The implementation is right; what is missing is quality. {metric} is {value}; the next point needs {threshold}. "
            "Train longer or improve the model, and submit again."
        ),
    ),
    Reason(
        "graded.far",
        _GRADED,
        mark(
            "The model runs, but its answers are not better than a simple guess: {metric} is {value}; the first point needs "
            "{threshold}. Check that inputs and outputs mean what the instructions say (scale, order), then train again."
        ),
    ),
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
    Reason(
        "contract.input_count",
        _REJECTED,
        mark("The model has {found} inputs; this task feeds {expected}. Build a model with that many inputs."),
    ),
    Reason(
        "contract.output_count",
        _REJECTED,
        mark("The model has {found} outputs; this task reads {expected}. Build a model with that many outputs."),
    ),
    Reason(
        "contract.input_shape",
        _REJECTED,
        mark("The model takes inputs of shape {found}; this task feeds {expected}. Change the input shape of the first layer."),
    ),
    Reason(
        "contract.output_shape",
        _REJECTED,
        mark("The model answers with shape {found}; this task expects {expected}. Change the last layer."),
    ),
    Reason(
        "contract.output_type",
        _REJECTED,
        mark("The model answers with values of type {found}; this task expects numbers ({expected}). Change the last layer."),
    ),
    Reason(
        "contract.rows",
        _REJECTED,
        mark(
            "The model answers with {found} rows for {expected} rows of inputs; it has to answer with one row for each. Keep "
            "the batch as the first dimension in every layer."
        ),
    ),
    Reason(
        "model.not_loadable",
        _FAILED,
        mark(
            "The model cannot be loaded. Load it yourself with tf.keras.models.load_model(...) in a new process, and "
            "mend what that reports."
        ),
    ),
    Reason(
        "model.raised",
        _FAILED,
        mark(
            "The model raised an error while it predicted. Run model.predict(...) on the data of the task, and mend "
            "what that reports."
        ),
    ),
    Reason(
        "model.crashed",
        _FAILED,
        mark(
            "The model crashed the framework that ran it, as most happens for want of memory: a grading has {limit} MiB. Build "
            "a smaller model; if it is small, load it in a new process, run model.predict(...), and save it again."
        ),
    ),
    Reason(
        "model.not_finite",
        _FAILED,
        mark(
            "The model predicts values that are not numbers (NaN or infinity). Lower the learning rate or scale the "
            "data, and train again."
        ),
    ),
    Reason(
        "model.not_repeatable",
        _FAILED,
        mark(
            "The model gives other answers when it predicts the same rows again. Take out of it what is random or keeps a "
            "state when it predicts, such as stateful recurrent layers, and save it again."
        ),
    ),
    Reason(
        "limit.time",
        Verdict.TIMED_OUT,
        mark("The model took longer than {limit} seconds to load and predict. Build a smaller or faster model."),
    ),
    Reason(
        "limit.latency",
        Verdict.TIMED_OUT,
        mark(
            "The model needs {found} ms of processor time to predict 1,000 rows; this task allows {limit} ms. Give the layers "
            "less work: shrink the input early with strides or pooling, use fewer filters and separable convolutions, and no "
            "recurrent layers over long sequences."
        ),
    ),
    Reason(
        "limit.memory",
        Verdict.OUT_OF_MEMORY,
        mark("The model needs more memory than a grading has. Build a smaller model."),
    ),
    Reason(
        "grader.fault",
        Verdict.GRADER_ERROR,
        mark("Something on our side broke. It is graded again by itself and does not count against you."),
    ),
)


TIMED = mark("Predicting 1,000 rows took {predict_ms} ms of processor time; this task allows {predict_limit_ms} ms.")
"""What is added to the sentence of a graded model where a task limits the time."""


def describe(code: str, params: Params, translate: Callable[[str], str] = _) -> str:
    """The sentence of reason `code`, filled with `params` and rendered by `translate`; and how fast it is, if that is there.

    Raises `KeyError` for a code that is not in the table, or a gap that `params` does not fill.
    """
    sentence = translate(REASONS[code].sentence).format(**(_sized(params) if code == "file.too_large" else params))
    return f"{sentence} {translate(TIMED).format(**params)}" if "predict_ms" in params else sentence


def size_text(size: int) -> str:
    """A size in bytes as people read it: `292 bytes`, `4.5 KiB`, `8.0 MiB`."""
    for unit, name in ((1024 * 1024, "MiB"), (1024, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return _("{size} bytes").format(size=size)


def _sized(params: Params) -> Params:
    texts = {name: size_text(value) if isinstance(value, int) else value for name, value in params.items()}
    if len(set(texts.values())) == len(texts):
        return texts
    # Too large by so little that it shows in bytes only.
    return {name: _("{size} bytes").format(size=value) for name, value in params.items()}
