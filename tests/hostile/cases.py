"""The table of hostile files: technique, who builds the file, how the grading must end, and how the control run shows it live.

A row reads: the file of this name, when it is graded, ends for one of these reasons; loaded plainly, by this loader and in
namespaces without any layer of ours, it has this effect. Where several reasons are right, the file breaks several rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.hostile.effects import Effect
from tests.hostile.files import (
    archives,
    hdf5,
    keras_bounds,
    keras_code,
    onnx_graphs,
    saved_model,
    saved_model_bounds,
    tflite,
    torch_archives,
)

Build = Callable[[Any, Path], None]


Reasons = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One hostile file. `loader` is a function of `loaders`; `form` the task that it is handed in for."""

    name: str
    build: Build
    reasons: Reasons
    loader: str
    effect: Effect
    form: str = "largest"
    needs_torch: bool = False


def _rows(prefix: str, *rows: tuple[Any, ...]) -> tuple[Case, ...]:
    return tuple(Case(f"{prefix}_{row[0].__name__}", *row) for row in rows)


_RAISED = ("model.raised",)
_NOT_FINITE = ("model.not_finite",)
_TIME = ("limit.time",)
_MEMORY = ("limit.memory",)
_CONTENT = ("archive.unsafe",)
_LAMBDA = ("layer.lambda",)
_UNKNOWN = ("layer.unknown",)
_VOCABULARY = ("layer.reads_files",)
_CORRUPT = ("file.corrupt",)
_EXTERNAL = ("hdf5.external",)
_SWELLS = ("archive.expands",)
_COMPLEX = ("config.too_complex",)
_OP = ("graph.operation",)
_HONEST = ("graded.full",)
_DOMAIN = ("graph.domain",)
_OUTSIDE = ("graph.external",)
_PICKLE = ("file.pickle",)
_SHAPE = ("contract.output_shape",)
_ROWS = ("contract.rows",)

E = Effect
_kc, _kb, _ar, _h5 = keras_code, keras_bounds, archives, hdf5
_sm, _sb, _ox, _tl, _pt = saved_model, saved_model_bounds, onnx_graphs, tflite, torch_archives

KERAS: Final = _rows(
    "keras",
    (_kc.lambda_layer, _LAMBDA, "keras", E.DROPS),
    (_kc.lambda_by_inner_module, ("layer.lambda", "layer.unknown"), "keras", E.DROPS),
    (_kc.lambda_in_a_wrapper, _LAMBDA, "keras", E.DROPS),
    (_kc.lambda_as_activation, _LAMBDA, "keras", E.DROPS),
    (_kc.lambda_with_a_screen_name, _LAMBDA, "keras", E.DROPS),
    (_kc.marshalled_code_in_h5, _LAMBDA, "tf_keras", E.DROPS),
    (_kc.module_of_the_system, _UNKNOWN, "keras_unmended", E.DROPS),
    (_kc.keras_own_download, _UNKNOWN, "keras_unmended", E.CONNECTS),
    (_kc.keras_own_switch, ("layer.unknown", "layer.lambda"), "keras_unmended_but_safe", E.DROPS),
    (_kc.pickle_in_a_layer, _UNKNOWN, "pickle_in_config", E.DROPS),
    (_kc.saved_model_layer, _UNKNOWN, "keras", E.DROPS),
    (_kc.vocabulary_of_the_host, _VOCABULARY, "keras", E.READS),
    (_kc.vocabulary_of_the_host_h5, _VOCABULARY, "tf_keras", E.READS),
    (_kc.tensorflow_function_in_h5, _UNKNOWN, "tf_keras", E.DROPS),
    (_kc.class_that_is_no_text, _UNKNOWN, "keras", E.BREAKS),
    (_kc.deep_json, _COMPLEX, "keras", E.BREAKS),
    (_kc.deep_json_in_h5, _COMPLEX, "keras", E.BREAKS),
    (_kb.too_much_json, ("config.too_complex", "archive.expands"), "unzip", E.SWELLS),
    (_kb.giant_layer_without_weights, _MEMORY, "keras", E.TAKES_MEMORY),
    (_kb.repeated_input, _MEMORY, "keras", E.TAKES_MEMORY),
    (_kb.growing_layers, _MEMORY, "keras", E.TAKES_MEMORY),
    (_kb.repeated_rows, _MEMORY, "keras", E.TAKES_MEMORY),
    (_kb.other_number_of_rows, _ROWS, "keras", E.ANSWERS_WRONG),
    (_kb.another_output_shape, _SHAPE, "keras", E.ANSWERS_WRONG),
    (_kb.free_output_shape, _SHAPE, "keras", E.ANSWERS_WRONG),
    (_kb.not_a_number, _NOT_FINITE, "keras", E.ANSWERS_WRONG),
    (_kb.infinite_weights_h5, _NOT_FINITE, "keras", E.ANSWERS_WRONG),
    (_kb.long_recurrence, _TIME, "keras", E.HANGS, "hurried"),
)

ARCHIVES: Final = _rows(
    "zip",
    (_ar.symbolic_link, _CONTENT, "unzip", E.READS),
    (_ar.climbing_entry, _CONTENT, "unzip", E.DROPS),
    (_ar.absolute_entry, _CONTENT, "unzip", E.DROPS),
    (_ar.climbing_asset, _CONTENT, "unzip", E.DROPS),
    (_ar.link_and_a_file_through_it, _CONTENT, "unzip", E.DROPS),
    (_ar.second_configuration, ("archive.unsafe", "layer.lambda"), "keras", E.DROPS),
    (_ar.module_beside, _CONTENT, "import_beside", E.DROPS),
    (_ar.encrypted_entry, ("file.corrupt", "archive.unsafe"), "unzip", E.BREAKS),
    (_ar.swelling_weights, _SWELLS, "unzip", E.SWELLS),
    (_ar.swelling_under_a_lie, ("file.corrupt", "archive.expands"), "inflate", E.SWELLS),
    (_ar.many_entries, _CONTENT, "unzip", E.LOADS),
    (_ar.overlapping_entries, _SWELLS, "inflate", E.SWELLS),
    (_ar.second_nature, _HONEST, "keras_of_the_archive", E.DROPS),
    (_ar.cut_short, _CORRUPT, "keras", E.BREAKS),
    (_ar.flipped_bits, ("file.corrupt", "archive.unsafe", "config.unreadable"), "keras", E.BREAKS),
)

HDF5: Final = _rows(
    "hdf5",
    (_h5.external_link, _EXTERNAL, "h5py", E.READS),
    (_h5.external_link_in_keras, _EXTERNAL, "h5py_in_zip", E.READS),
    (_h5.external_group, _EXTERNAL, "h5py", E.READS),
    (_h5.external_storage, _EXTERNAL, "h5py", E.READS),
    (_h5.virtual_data_set, _EXTERNAL, "h5py", E.READS),
    (_h5.soft_link_knot, _EXTERNAL, "h5py", E.BREAKS),
    (_h5.hard_link_knot, _COMPLEX, "h5py", E.BREAKS),
    (_h5.deep_groups, _COMPLEX, "h5py", E.BREAKS),
    (_h5.declares_95_gb, _SWELLS, "h5py", E.TAKES_MEMORY),
    (_h5.declares_95_gb_in_keras, _SWELLS, "h5py_in_zip", E.TAKES_MEMORY),
    (_h5.squeezed_zeros, _SWELLS, "h5py", E.SWELLS),
    (_h5.filter_of_a_plugin, ("hdf5.filter",), "h5py", E.LOADS),
    (_h5.references, _CORRUPT, "h5py", E.LOADS),
    (_h5.texts_of_free_length, _CORRUPT, "h5py", E.LOADS),
    (_h5.many_attributes, _COMPLEX, "h5py", E.LOADS),
    (_h5.many_objects, _COMPLEX, "h5py", E.LOADS),
    (_h5.cut_short, _CORRUPT, "h5py", E.BREAKS),
    (_h5.flipped_bits, ("file.corrupt", "config.unreadable", "file.not_a_model"), "h5py", E.BREAKS),
)

SAVED_MODELS: Final = _rows(
    "saved_model",
    (_sm.reads_a_file, _OP, "saved_model", E.READS),
    (_sm.writes_a_file, _OP, "saved_model", E.DROPS),
    (_sm.writes_deep_in_functions, _OP, "saved_model", E.DROPS),
    (_sm.writes_while_loaded, _OP, "saved_model", E.DROPS),
    (_sm.lists_a_folder, _OP, "saved_model", E.LOADS),
    (_sm.table_from_a_file, _OP, "saved_model", E.READS),
    (_sm.lines_of_a_file, _OP, "saved_model", E.READS),
    (_sm.descriptor_from_a_file, _OP, "saved_model", E.READS),
    (_sm.saves_a_checkpoint, _OP, "saved_model", E.DROPS),
    (_sm.prints_to_a_file, _OP, "saved_model", E.DROPS),
    (_sm.asset_of_the_host, ("graph.asset", "graph.operation"), "saved_model", E.READS),
    (_sm.connects, _OP, "saved_model", E.CONNECTS),
    (_sm.python_function, _OP, "saved_model", E.BREAKS),
    (_sb.ends_with_status_0, _OP, "saved_model_in_a_new_process", E.LEAVES),
    (_sb.aborts, _OP, "saved_model", E.CRASHES),
    (_sb.says_much, _OP, "saved_model", E.SAYS),
    (_sb.fails_with_words, _RAISED, "saved_model", E.BREAKS),
    (_sb.never_ends, _TIME, "saved_model", E.HANGS, "hurried"),
    (_sb.hundred_gigabytes, ("limit.memory", "limit.time"), "saved_model", E.HANGS, "hurried"),
    (_sb.grows, _MEMORY, "saved_model", E.TAKES_MEMORY),
    (_sb.one_row, _ROWS, "saved_model", E.ANSWERS_WRONG),
    (_sb.texts_as_scores, ("contract.output_type",), "saved_model", E.ANSWERS_WRONG),
    (_sb.linked_variables, _CONTENT, "saved_model", E.READS),
    (_sb.cut_short, _CORRUPT, "saved_model", E.BREAKS),
    (_sb.deep_message, _COMPLEX, "saved_model", E.BREAKS),
)

ONNX: Final = _rows(
    "onnx",
    (_ox.external_data_beside, _OUTSIDE, "onnx_beside_the_secret", E.READS),
    (_ox.external_data_by_path, _OUTSIDE, "onnx", E.BREAKS),
    (_ox.external_data_in_a_branch, _OUTSIDE, "onnx_beside_the_secret", E.READS),
    (_ox.op_of_another_domain, _DOMAIN, "onnx", E.BREAKS),
    (_ox.op_of_the_runtime, _DOMAIN, "onnx", E.LOADS),
    (_ox.hidden_in_a_function, _DOMAIN, "onnx", E.LOADS),
    (_ox.function_of_itself, ("model.not_loadable", "file.corrupt"), "onnx", E.BREAKS),
    (_ox.never_ends, _TIME, "onnx", E.HANGS, "hurried"),
    (_ox.terabytes, _MEMORY, "onnx", E.TAKES_MEMORY),
    (_ox.too_many_rows, _MEMORY, "onnx", E.TAKES_MEMORY),
    (_ox.fewer_rows, _ROWS, "onnx", E.ANSWERS_WRONG),
    (_ox.not_a_number, _NOT_FINITE, "onnx", E.ANSWERS_WRONG),
    (_ox.declares_more_than_it_holds, _SWELLS, "onnx", E.BREAKS),
    (_ox.deep_branches, _COMPLEX, "onnx", E.BREAKS),
    (_ox.cut_short, _CORRUPT, "onnx", E.BREAKS),
)

TFLITE: Final = _rows(
    "tflite",
    (_tl.tensorflow_op, _OP, "tflite", E.BREAKS),
    (_tl.tensorflow_op_that_reads, _OP, "tflite", E.BREAKS),
    (_tl.custom_op, _OP, "tflite", E.BREAKS),
    (_tl.never_ends, _TIME, "tflite", E.HANGS, "hurried"),
    (_tl.five_gigabytes, ("limit.memory", "model.raised"), "tflite", E.TAKES_MEMORY),
    (_tl.other_number_of_rows, _ROWS, "tflite", E.ANSWERS_WRONG),
    (_tl.tensor_that_is_not_there, _CORRUPT, "tflite", E.BREAKS),
    (_tl.buffer_behind_the_end, _OUTSIDE, "tflite", E.BREAKS),
    (_tl.loop_whose_body_is_itself, ("model.crashed", "file.corrupt"), "tflite", E.CRASHES),
    (_tl.root_behind_the_end, _CORRUPT, "tflite", E.BREAKS),
    (_tl.flipped_bits, _CORRUPT, "tflite", E.BREAKS),
)

TORCH: Final = _rows(
    "pt2",
    (_pt.pickled_weights, _PICKLE, "pickle_in_zip", E.DROPS),
    (_pt.pickled_sample_inputs, _HONEST, "pickle_in_zip", E.DROPS, "largest", True),
    (_pt.pickled_state_of_older_archives, _PICKLE, "pickle_in_zip", E.DROPS),
    (_pt.plain_pickle, ("file.not_a_model",), "pickle", E.DROPS),
    (_pt.saved_module, _PICKLE, "pickle_in_zip", E.DROPS),
    (_pt.compiled_library, _CONTENT, "unzip", E.LOADS),
    (_pt.operator_of_somebody, _OP, "unzip", E.LOADS),
    (_pt.code_for_a_size, ("graph.expression",), "evaluate_the_sizes", E.DROPS),
    (_pt.climbing_entry, _CONTENT, "unzip", E.DROPS),
    (_pt.linked_weights, ("archive.unsafe", "file.corrupt"), "unzip", E.READS),
)

CASES: Final = (*KERAS, *ARCHIVES, *HDF5, *SAVED_MODELS, *ONNX, *TFLITE, *TORCH)
