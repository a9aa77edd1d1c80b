"""The operators of PyTorch (`torch.ops.aten`) that an exported program may call: computing on tensors, and nothing else.

Not among them: `from_file`, which maps a file; `set_`, `resize_` and `as_strided`, which move a tensor over memory.
"""

from typing import Final

from guildmark.inspection.allowed import names

_ARITHMETIC: Final = names(
    """
    abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr angle arccos arccosh arcsin arcsinh arctan arctan2
    arctanh asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
    bitwise_xor bmm ceil clamp clamp_max clamp_min clip copysign cos cosh cross deg2rad digamma div divide dot erf erfc
    erfinv exp exp2 expm1 fix float_power floor floor_divide fmax fmin fmod frac hypot inner lerp lgamma log log10 log1p
    log2 logaddexp logaddexp2 logit logical_and logical_not logical_or logical_xor matmul maximum minimum mm mul multiply mv
    nan_to_num neg negative outer positive pow rad2deg reciprocal remainder round rsqrt rsub sgn sigmoid sign sin sinc sinh
    sqrt square sub subtract tan tanh true_divide trunc vdot xlogy
    """
)
_COMPARING: Final = names(
    """
    eq equal ge greater greater_equal gt heaviside isclose isfinite isinf isnan isneginf isposinf le less less_equal lt ne
    not_equal where masked_fill masked_select masked_scatter
    """
)
_REDUCING: Final = names(
    """
    all amax amin aminmax any argmax argmin argsort bincount bucketize cdist count_nonzero cosine_similarity cummax cummin
    cumprod cumsum diff dist histc kthvalue logcumsumexp logsumexp max mean median min mode nanmean nanmedian nansum norm
    nuclear_norm pairwise_distance prod quantile searchsorted sort std std_mean sum topk trace unique_consecutive var
    var_mean
    """
)
_SHAPING: Final = names(
    """
    adjoint alias arange atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors broadcast_to cat chunk clone
    column_stack concat concatenate constant_pad_nd contiguous copy detach diag diag_embed diagonal dstack einsum empty
    empty_like expand expand_as eye fill flatten flip fliplr flipud full full_like gather hstack im2col col2im index
    index_add index_copy index_fill index_put index_select item kron lift lift_fresh lift_fresh_copy linspace logspace
    meshgrid moveaxis movedim narrow new_empty new_full new_ones new_zeros nonzero numel numpy_T one_hot ones ones_like pad
    permute pixel_shuffle pixel_unshuffle ravel reflection_pad1d reflection_pad2d reflection_pad3d repeat repeat_interleave
    replication_pad1d replication_pad2d replication_pad3d reshape reshape_as roll rot90 scalar_tensor scatter scatter_add
    scatter_reduce select select_scatter size slice slice_scatter split split_with_sizes squeeze stack swapaxes swapdims
    sym_constrain_range sym_constrain_range_for_size sym_numel sym_size sym_stride t take take_along_dim tensor_split
    tensordot tile to transpose tril tril_indices triu triu_indices type_as unbind unflatten unfold unsafe_chunk
    unsafe_split unsqueeze view view_as vstack zero zeros zeros_like
    """
)
_NEURAL: Final = names(
    """
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
    alpha_dropout avg_pool1d avg_pool2d avg_pool3d batch_norm bilinear celu channel_shuffle conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d convolution dropout elu embedding embedding_bag feature_dropout gelu
    glu grid_sampler group_norm gru gru_cell hardshrink hardsigmoid hardswish hardtanh instance_norm layer_norm leaky_relu
    linear log_sigmoid log_softmax lstm lstm_cell max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices
    max_pool3d max_pool3d_with_indices mish native_batch_norm native_dropout native_group_norm native_layer_norm prelu relu
    relu6 rms_norm rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell rrelu scaled_dot_product_attention selu silu softmax
    softmin softplus softshrink softsign tanhshrink threshold upsample_bicubic2d upsample_bilinear2d upsample_linear1d
    upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_trilinear3d
    """
)
_RANDOM: Final = names("bernoulli multinomial normal rand rand_like randint randn randn_like randperm")
_INNER: Final = names(
    """
    _adaptive_avg_pool2d _adaptive_avg_pool3d _assert_async _assert_scalar _assert_tensor_metadata _log_softmax
    _native_batch_norm_legit _native_batch_norm_legit_no_training _softmax
    _to_copy _unsafe_index _unsafe_view _weight_norm
    """
)
_PYTHON: Final = names("add and_ eq floordiv ge getitem gt le lt mod mul ne neg not_ or_ sub truediv")

_ATEN: Final = _ARITHMETIC | _COMPARING | _REDUCING | _SHAPING | _NEURAL | _RANDOM | _INNER
_IN_PLACE: Final = frozenset(f"{name}_" for name in _ATEN)
_ATEN_PARTS: Final = 5


def name_of(target: str) -> str:
    """The name of an operator as people know it: `conv2d` of `torch.ops.aten.conv2d.default`."""
    parts = target.split(".")
    return parts[3].rstrip("_") if target.startswith("torch.ops.aten.") and len(parts) == _ATEN_PARTS else target


def is_allowed(target: str) -> bool:
    """Whether a program may call `target`, such as `torch.ops.aten.relu_.default` or `_operator.getitem`."""
    module, _, name = target.partition(".")
    if module == "_operator":
        return name in _PYTHON
    parts = target.split(".")
    is_aten = len(parts) == _ATEN_PARTS and parts[:3] == ["torch", "ops", "aten"]
    return is_aten and parts[3] in _ATEN | _IN_PLACE and parts[4].isidentifier() and not parts[4].startswith("__")
