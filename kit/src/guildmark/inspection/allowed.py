"""The names that a model's configuration may use: all that Keras builds in, less what runs code or reads files.

A deny-list would have to be right about every version of Keras; this list only has to be complete enough.
"""

import re
from collections.abc import Mapping
from typing import Final


def names(text: str) -> frozenset[str]:
    """A set of names out of text with spaces between them."""
    return frozenset(text.split())


MODELS: Final = frozenset({"Functional", "Model", "Sequential"})

CODE_LAYERS: Final = frozenset({"Lambda"})
"""They carry Python code."""

LOOKUP_LAYERS: Final = frozenset({"IntegerLookup", "StringLookup", "TextVectorization"})
"""They have a vocabulary: in their configuration, in the archive, or in a file that they would read while they are loaded."""

LAYERS: Final = LOOKUP_LAYERS | names(
    """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix
    AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
    Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D CutMix Dense
    DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten GRU GRUCell
    GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
    GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention GroupedQueryAttention HashedCrossing
    Hashing Identity InputLayer LSTM LSTMCell LayerNormalization LeakyReLU LocallyConnected1D LocallyConnected2D Masking
    MaxNumBoundingBoxes MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention
    Multiply Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness RandomColorDegeneration
    RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
    RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
    RandomSaturation RandomSharpness RandomShear RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling
    Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax
    Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells Subtract
    ThresholdedReLU TimeDistributed UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D
    ZeroPadding3D
    """
)

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "AvgPool1D": "AveragePooling1D",
    "AvgPool2D": "AveragePooling2D",
    "AvgPool3D": "AveragePooling3D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution1DTranspose": "Conv1DTranspose",
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Convolution3D": "Conv3D",
    "Convolution3DTranspose": "Conv3DTranspose",
    "GRUCellV1": "GRUCell",
    "GRUCellV2": "GRUCell",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalAvgPool3D": "GlobalAveragePooling3D",
    "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalMaxPool3D": "GlobalMaxPooling3D",
    "LSTMCellV1": "LSTMCell",
    "LSTMCellV2": "LSTMCell",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "MaxPool1D": "MaxPooling1D",
    "MaxPool2D": "MaxPooling2D",
    "MaxPool3D": "MaxPooling3D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "SyncBatchNormalization": "BatchNormalization",
}

INITIALIZERS: Final = names(
    """
    Constant ConstantV2 GlorotNormal GlorotNormalV2 GlorotUniform GlorotUniformV2 HeNormal HeNormalV2 HeUniform HeUniformV2
    Identity IdentityInitializer IdentityV2 Initializer LecunNormal LecunNormalV2 LecunUniform LecunUniformV2 Ones OnesV2
    Orthogonal OrthogonalInitializer OrthogonalV2 RandomNormal RandomNormalV2 RandomUniform RandomUniformV2 STFT
    STFTInitializer TruncatedNormal TruncatedNormalV2 VarianceScaling VarianceScalingV2 Zeros ZerosV2 constant glorot_normal
    glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform ones orthogonal random_normal random_uniform
    stft truncated_normal variance_scaling zeros
    """
)

REGULARIZERS: Final = names("L1 L1L2 L2 OrthogonalRegularizer l1 l1_l2 l2 orthogonal_regularizer")

CONSTRAINTS: Final = names(
    "MaxNorm MinMaxNorm NonNeg RadialConstraint UnitNorm max_norm min_max_norm non_neg radial_constraint unit_norm"
)

ACTIVATIONS: Final = names(
    """
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax
    squareplus swish tanh tanh_shrink threshold
    """
)

POLICIES: Final = frozenset({"DTypePolicy", "Policy"})

_ARRAY_OPERATIONS: Final = names(
    """
    Absolute Add All Amax Amin Any Arccos Arcsin Arctan Arctan2 Argmax Argmin Argsort Average BroadcastTo Ceil Clip
    Concatenate Cos Cosh Cumprod Cumsum Diff Divide DivideNoNan Dot Einsum Equal Exp ExpandDims Expm1 Flip Floor
    FloorDivide FullLike GetItem Greater GreaterEqual Hstack Isfinite Isinf Isnan Less LessEqual Log Log10 Log1p Log2
    Logaddexp LogicalAnd LogicalNot LogicalOr Matmul Max Maximum Mean Median Min Minimum Mod Moveaxis Multiply NanToNum
    Negative NotEqual OnesLike Pad Power Prod Ravel Reciprocal Repeat Reshape Roll Round Sign Sin Sinh Sort Split Sqrt
    Square Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh Tensordot Tile Transpose Tril Triu
    TrueDivide Var Vstack Where ZerosLike
    """
)
_NEURAL_OPERATIONS: Final = names(
    """
    AveragePool Celu Conv DepthwiseConv Elu Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid
    LogSoftmax MaxPool Normalize OneHot Relu Relu6 Selu Sigmoid Silu SoftShrink Softmax Softplus Softsign Sparsemax
    Squareplus TanhShrink Threshold
    """
)
_CORE_OPERATIONS: Final = frozenset({"Cast", "Slice", "SliceUpdate", "StopGradient", "Unstack"})
_MATHEMATICAL_OPERATIONS: Final = frozenset({"Erf", "Erfinv", "Logsumexp", "Rsqrt", "TopK"})
_LINEAR_OPERATIONS: Final = frozenset({"Norm"})
_OPERATIONS: Final = _ARRAY_OPERATIONS | _NEURAL_OPERATIONS | _CORE_OPERATIONS | _MATHEMATICAL_OPERATIONS | _LINEAR_OPERATIONS

STRUCTURES: Final = frozenset(
    {"__bytes__", "__ellipsis__", "__keras_tensor__", "__numpy__", "__slice__", "__tensor__", "__tuple__", "TensorShape"}
)
"""Values that are neither classes nor functions."""

_HOMES: Final = re.compile(
    r"(?:keras|tf_keras|tensorflow\.keras|tensorflow(?:_core)?\.python\.keras)(?:\.src)?"
    r"\.(?P<part>layers|engine|models|initializers|regularizers|constraints|activations|mixed_precision|dtype_policies)"
    r"(?:\.[a-z0-9_]+)*"
)
"""Modules of Keras in all its versions. Their parts moved from release to release; the classes that they hold did not."""

_FUNCTIONAL_OF_KERAS_2, _FUNCTIONAL = "keras.src.engine.functional", "keras.src.models.functional"

CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "keras": MODELS | POLICIES,
    "keras.models": MODELS,
    "keras.layers": LAYERS | frozenset(_OTHER_NAMES) | MODELS,
    "keras.initializers": INITIALIZERS,
    "keras.regularizers": REGULARIZERS,
    "keras.constraints": CONSTRAINTS,
    "keras.dtype_policies": POLICIES,
    "keras.mixed_precision": POLICIES,
    "keras.src.ops.numpy": _ARRAY_OPERATIONS,
    "keras.src.ops.nn": _NEURAL_OPERATIONS,
    "keras.src.ops.core": _CORE_OPERATIONS,
    "keras.src.ops.math": _MATHEMATICAL_OPERATIONS,
    "keras.src.ops.linalg": _LINEAR_OPERATIONS,
    "keras.ops": _OPERATIONS,
    _FUNCTIONAL_OF_KERAS_2: frozenset({"Functional"}),
    _FUNCTIONAL: frozenset({"Functional"}),
}
"""Class names by the module that Keras 3, and Keras 2 in its last versions, write beside them."""

UNPLACED: Final = frozenset(
    LAYERS | frozenset(_OTHER_NAMES) | MODELS | INITIALIZERS | REGULARIZERS | CONSTRAINTS | POLICIES | _OPERATIONS
)  # fmt: skip
"""Class names that may stand without a module, as Keras 2 and every `.h5` file write them."""

FUNCTION_MODULES: Final = frozenset({None, "builtins", "keras.activations"})


def module_of(module: str, name: str) -> str:
    """Where every loader finds the class `name` that a configuration places in `module`: there, if `module` is not Keras's."""
    home = _HOMES.fullmatch(module)
    if home is None or module in CLASSES:
        return module
    part = home["part"]
    if name == "Functional":
        return _FUNCTIONAL_OF_KERAS_2 if part == "engine" else _FUNCTIONAL
    if name in MODELS:
        return "keras"
    return "keras.layers" if part in {"engine", "models"} else f"keras.{part}"


def is_layer(module: str | None, name: str) -> bool:
    """Whether a class is a layer, an operation or a model: what a candidate thinks of as a part of the model."""
    if module is None or module == "keras.layers":
        return canonical(name) in LAYERS | MODELS | CODE_LAYERS or name in _ARRAY_OPERATIONS | _NEURAL_OPERATIONS
    return name in MODELS or ".ops" in module


def canonical(name: str) -> str:
    """The one name of a layer that has several."""
    return _OTHER_NAMES.get(name, name)


def layer_names() -> frozenset[str]:
    """Every name by which a model can have a layer."""
    return LAYERS | CODE_LAYERS | frozenset(_OTHER_NAMES)


def is_name_of_a_layer(name: str) -> bool:
    """Whether a model can have a layer of this name."""
    return name in layer_names()
