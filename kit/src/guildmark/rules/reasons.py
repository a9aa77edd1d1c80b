"""Every reason of a verdict: the one table.

A candidate only ever reads what stands here, filled with expected and found values: never a traceback, a path or the output
of the model. Programs may rely on the codes.
"""

from collections.abc import Mapping

from guildmark.i18n import mark
from guildmark.rules.file_reasons import FILE_REASONS
from guildmark.rules.verdict import Reason, Verdict

_GRADED, _REJECTED, _FAILED = Verdict.GRADED, Verdict.REJECTED, Verdict.FAILED

_OF_A_GRADED_MODEL = (
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
)
_OF_A_MODEL_THAT_WAS_NOT = (
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

REASONS: Mapping[str, Reason] = {
    reason.code: reason for reason in (*_OF_A_GRADED_MODEL, *FILE_REASONS, *_OF_A_MODEL_THAT_WAS_NOT)
}
"""By their codes."""
