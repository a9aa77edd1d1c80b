"""The operations of TensorFlow that a SavedModel may use: computing on tensors, variables, lists and tables in memory.

Not among them is whatever reads or writes files (`ReadFile`, `ImmutableConst`, tables from text files, datasets, summaries,
`PrintV2`, which prints to any path), runs Python (`PyFunc`), talks to others (`Send`, `RpcCall`, collectives), or compiles code
that came with the model (`XlaCallModule`).
"""

from typing import Final

from guildmark.inspection.allowed import names

CHECKPOINT: Final = names("MergeV2Checkpoints RestoreV2 SaveV2 ShardedFilename")
"""They read and write files; only the functions that save and restore the model's own variables may use them."""

_ARITHMETIC: Final = names(
    """
    Abs Acos Acosh Add AddN AddV2 AccumulateNV2 Angle ApproximateEqual Asin Asinh Atan Atan2 Atanh BesselI0 BesselI0e
    BesselI1 BesselI1e Betainc BitwiseAnd BitwiseOr BitwiseXor Ceil ClipByValue Complex ComplexAbs Conj Cos Cosh Cross
    CumulativeLogsumexp Cumprod Cumsum Digamma Div DivNoNan Erf Erfc Erfinv Exp Expm1 Floor FloorDiv FloorMod Igamma Igammac
    Imag Inv Invert IsFinite IsInf IsNan LeftShift Lgamma Log Log1p LogicalAnd LogicalNot LogicalOr Maximum Minimum Mod Mul
    MulNoNan Ndtri Neg NextAfter Polygamma PopulationCount Pow Real RealDiv Reciprocal RightShift Rint Round Rsqrt Sigmoid
    Sign Sin Sinh Sqrt Square SquaredDifference Sub Tan Tanh TruncateDiv TruncateMod Xdivy Xlog1py Xlogy Zeta
    """
)
_COMPARING: Final = names("Equal Greater GreaterEqual Less LessEqual NotEqual Select SelectV2 Where")
_REDUCING: Final = names(
    """
    All Any ArgMax ArgMin Bincount DenseBincount EuclideanNorm HistogramFixedWidth InTopK InTopKV2 KthOrderStatistic L2Loss
    Max Mean Min NthElement Prod SegmentMax SegmentMaxV2 SegmentMean SegmentMin SegmentMinV2 SegmentProd SegmentProdV2
    SegmentSum SegmentSumV2 Sum TopK TopKV2 UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum
    """
)
_LINEAR_ALGEBRA: Final = names(
    """
    BatchMatMul BatchMatMulV2 BatchMatMulV3 Cholesky Diag DiagPart Einsum MatMul MatrixBandPart MatrixDeterminant MatrixDiag
    MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3 MatrixInverse MatrixSetDiag MatrixSetDiagV2
    MatrixSetDiagV3 MatrixSolve MatrixTriangularSolve Qr SelfAdjointEigV2 SparseMatMul SparseTensorDenseMatMul Svd
    """
)
_SHAPING: Final = names(
    """
    BatchToSpace BatchToSpaceND Bitcast BroadcastArgs BroadcastTo Bucketize Cast CheckNumerics CheckNumericsV2 Concat
    ConcatOffset ConcatV2 Const DepthToSpace DynamicPartition DynamicStitch Empty EnsureShape ExpandDims Fill Gather
    GatherNd GatherV2 Identity IdentityN InvertPermutation LinSpace ListDiff MirrorPad OneHot OnesLike Pack Pad PadV2
    ParallelConcat ParallelDynamicStitch Placeholder PlaceholderWithDefault PreventGradient Range Rank Reshape
    ResourceGather ResourceGatherNd Reverse ReverseSequence ReverseV2 Roll ScatterNd SearchSorted Shape ShapeN Size Slice
    Snapshot SpaceToBatch SpaceToBatchND SpaceToDepth Split SplitV Squeeze StopGradient StridedSlice TensorScatterAdd
    TensorScatterMax TensorScatterMin TensorScatterSub TensorScatterUpdate TensorStridedSliceUpdate Tile Transpose Unique
    UniqueV2 UniqueWithCounts UniqueWithCountsV2 Unpack UnravelIndex ZerosLike LowerBound UpperBound ConjugateTranspose
    """
)
_NEURAL: Final = names(
    """
    AvgPool AvgPool3D BiasAdd BiasAddV1 Conv Conv2D Conv2DBackpropInput Conv2DBackpropInputV2 Conv3D Conv3DBackpropInputV2
    CudnnRNN CudnnRNNV2 CudnnRNNV3 DataFormatDimMap DataFormatVecPermute DepthwiseConv2dNative Dilation2D Elu
    ExtractImagePatches ExtractVolumePatches FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    FakeQuantWithMinMaxVarsPerChannel FractionalAvgPool FractionalMaxPool FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3
    GRUBlockCell LRN LSTMBlockCell BlockLSTM BlockLSTMV2 LeakyRelu LogSoftmax MaxPool MaxPool3D MaxPoolV2 MaxPoolWithArgmax
    NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5
    CombinedNonMaxSuppression QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 QuantizeV2 Dequantize
    Relu Relu6 Selu Softmax SoftmaxCrossEntropyWithLogits Softplus Softsign SparseSoftmaxCrossEntropyWithLogits
    """
)
_GRADIENTS: Final = names(
    """
    AvgPool3DGrad AvgPoolGrad BiasAddGrad BroadcastGradientArgs Conv2DBackpropFilter Conv2DBackpropFilterV2
    Conv3DBackpropFilterV2 CudnnRNNBackprop CudnnRNNBackpropV2 CudnnRNNBackpropV3 DepthwiseConv2dNativeBackpropFilter
    DepthwiseConv2dNativeBackpropInput EluGrad FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3 InvGrad LRNGrad
    LeakyReluGrad MaxPool3DGrad MaxPoolGrad MaxPoolGradV2 MaxPoolGradWithArgmax MirrorPadGrad ReciprocalGrad Relu6Grad
    ReluGrad ResizeBicubicGrad ResizeBilinearGrad ResizeNearestNeighborGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad
    SoftsignGrad SqrtGrad StridedSliceGrad TanhGrad
    """
)
_IMAGES_AND_SIGNALS: Final = names(
    """
    AdjustContrastv2 AdjustHue AdjustSaturation CropAndResize FFT FFT2D HSVToRGB IFFT IFFT2D IRFFT IRFFT2D
    ImageProjectiveTransformV2 ImageProjectiveTransformV3 RFFT RFFT2D RGBToHSV ResizeArea ResizeBicubic ResizeBilinear
    ResizeNearestNeighbor ScaleAndTranslate
    """
)
_RANDOM: Final = names(
    """
    Multinomial ParameterizedTruncatedNormal RandomGamma RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt
    RngReadAndSkip RngSkip StatefulRandomBinomial StatefulStandardNormal StatefulStandardNormalV2 StatefulTruncatedNormal
    StatefulUniform StatefulUniformFullInt StatefulUniformInt StatelessMultinomial StatelessRandomBinomial
    StatelessRandomGammaV2 StatelessRandomGammaV3 StatelessRandomGetAlg StatelessRandomGetKeyCounter
    StatelessRandomGetKeyCounterAlg StatelessRandomNormal StatelessRandomNormalV2 StatelessRandomUniform
    StatelessRandomUniformFullInt StatelessRandomUniformFullIntV2 StatelessRandomUniformInt StatelessRandomUniformIntV2
    StatelessRandomUniformV2 StatelessShuffle StatelessTruncatedNormal StatelessTruncatedNormalV2 TruncatedNormal
    """
)
_TEXT: Final = names(
    """
    AsString DecodeRaw DecodePaddedRaw EncodeBase64 DecodeBase64 ReduceJoin RegexFullMatch RegexReplace StaticRegexFullMatch
    StaticRegexReplace StringFormat StringJoin StringLength StringLower StringNGrams StringSplit StringSplitV2 StringStrip
    StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber StringUpper Substr UnicodeDecode
    UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript UnicodeTranscode UnsortedSegmentJoin
    """
)
_SPARSE_AND_RAGGED: Final = names(
    """
    DenseCountSparseOutput RaggedBincount RaggedCountSparseOutput RaggedCross RaggedGather RaggedRange
    RaggedTensorFromVariant RaggedTensorToSparse RaggedTensorToTensor RaggedTensorToVariant SparseAdd SparseBincount
    SparseConcat SparseCountSparseOutput SparseCross SparseCrossHashed SparseCrossV2 SparseDenseCwiseAdd SparseDenseCwiseMul
    SparseFillEmptyRows SparseReduceMax SparseReduceSum SparseReorder SparseReshape SparseSegmentMean
    SparseSegmentMeanWithNumSegments SparseSegmentSqrtN SparseSegmentSqrtNWithNumSegments SparseSegmentSum
    SparseSegmentSumWithNumSegments SparseSlice SparseSoftmax SparseSplit SparseTensorDenseAdd SparseToDense
    """
)
_VARIABLES: Final = names(
    """
    AssignAddVariableOp AssignSubVariableOp AssignVariableOp DestroyResourceOp DisableCopyOnRead ReadVariableOp
    ResourceScatterAdd ResourceScatterUpdate ResourceStridedSliceAssign VarHandleOp VarIsInitializedOp VariableShape
    """
)
_TABLES: Final = names(
    """
    AnonymousHashTable AnonymousMutableDenseHashTable AnonymousMutableHashTable HashTableV2 InitializeTableV2
    LookupTableExportV2 LookupTableFindV2 LookupTableImportV2 LookupTableInsertV2 LookupTableRemoveV2 LookupTableSizeV2
    MutableDenseHashTableV2 MutableHashTableV2
    """
)
_LISTS: Final = names(
    """
    EmptyTensorList TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3
    TensorArraySizeV3 TensorArraySplitV3 TensorArrayV3 TensorArrayWriteV3 TensorListConcat TensorListConcatLists
    TensorListConcatV2 TensorListElementShape TensorListFromTensor TensorListGather TensorListGetItem TensorListLength
    TensorListPopBack TensorListPushBack TensorListPushBackBatch TensorListReserve TensorListResize TensorListScatter
    TensorListScatterIntoExistingList TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack
    """
)
_FLOW: Final = names(
    """
    Assert Case ControlTrigger Enter Exit FakeParam If LoopCond Merge NextIteration NoOp PartitionedCall
    StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile Switch While IteratorGetNext OptionalFromValue
    OptionalGetValue OptionalHasValue OptionalNone _Arg _Retval
    """
)
"""`IteratorGetNext` stands in functions that adapted a layer; there is no operation here that makes an iterator."""

OPERATIONS: Final = (
    _ARITHMETIC | _COMPARING | _REDUCING | _LINEAR_ALGEBRA | _SHAPING | _NEURAL | _GRADIENTS | _IMAGES_AND_SIGNALS | _RANDOM
    | _TEXT | _SPARSE_AND_RAGGED | _VARIABLES | _TABLES | _LISTS | _FLOW
)  # fmt: skip

OBJECTS: Final = names(
    """
    _generic_user_object _tf_keras_input_layer _tf_keras_layer _tf_keras_metric _tf_keras_model _tf_keras_network
    _tf_keras_rnn_layer _tf_keras_sequential optimizer signature_map tf_deprecated_optimizer trackable_dict_wrapper
    trackable_list_wrapper trackable_tuple_wrapper
    """
) | {""}
"""What an object of the saved Python program may call itself. Loading as a SavedModel makes none of Keras's classes of them."""

REGISTERED: Final = frozenset({"", "tf.StaticHashTable", "tf.TrackableConstant"})
"""Classes of TensorFlow that are looked up by name when a SavedModel is loaded."""
