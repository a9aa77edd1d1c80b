"""The messages of an ONNX file (onnx.proto, IR version 13), all of them: nothing in the file is left unread."""

from typing import Final

from guildmark.inspection.protobuf import Schemas, schemas

SCHEMAS: Final[Schemas] = schemas("""
ModelProto
1 ir_version int
2 producer_name text
3 producer_version text
4 domain text
5 model_version int
6 doc_string text
7 graph GraphProto
8 opset_import OperatorSetIdProto*
14 metadata_props StringStringEntryProto*
20 training_info TrainingInfoProto*
25 functions FunctionProto*
26 configuration DeviceConfigurationProto*

GraphProto
1 node NodeProto*
2 name text
5 initializer TensorProto*
10 doc_string text
11 input ValueInfoProto*
12 output ValueInfoProto*
13 value_info ValueInfoProto*
14 quantization_annotation TensorAnnotation*
15 sparse_initializer SparseTensorProto*
16 metadata_props StringStringEntryProto*

OperatorSetIdProto
1 domain text
2 version int

StringStringEntryProto
1 key text
2 value text

TrainingInfoProto
1 initialization GraphProto
2 algorithm GraphProto
3 initialization_binding StringStringEntryProto*
4 update_binding StringStringEntryProto*

FunctionProto
1 name text
4 input text*
5 output text*
6 attribute text*
7 node NodeProto*
8 doc_string text
9 opset_import OperatorSetIdProto*
10 domain text
11 attribute_proto AttributeProto*
12 value_info ValueInfoProto*
13 overload text
14 metadata_props StringStringEntryProto*

DeviceConfigurationProto
1 name text
2 num_devices int
3 device text*

NodeProto
1 input text*
2 output text*
3 name text
4 op_type text
5 attribute AttributeProto*
6 doc_string text
7 domain text
8 overload text
9 metadata_props StringStringEntryProto*
10 device_configurations NodeDeviceConfigurationProto*

TensorProto
1 dims int*
2 data_type int
3 segment Segment
4 float_data fixed32*
5 int32_data int*
6 string_data bytes*
7 int64_data int*
8 name text
9 raw_data bytes
10 double_data fixed64*
11 uint64_data int*
12 doc_string text
13 external_data StringStringEntryProto*
14 data_location int
16 metadata_props StringStringEntryProto*

ValueInfoProto
1 name text
2 type TypeProto
3 doc_string text
4 metadata_props StringStringEntryProto*

TensorAnnotation
1 tensor_name text
2 quant_parameter_tensor_names StringStringEntryProto*

SparseTensorProto
1 values TensorProto
2 indices TensorProto
3 dims int*

AttributeProto
1 name text
2 f fixed32
3 i int
4 s bytes
5 t TensorProto
6 g GraphProto
7 floats fixed32*
8 ints int*
9 strings bytes*
10 tensors TensorProto*
11 graphs GraphProto*
13 doc_string text
14 tp TypeProto
15 type_protos TypeProto*
20 type int
21 ref_attr_name text
22 sparse_tensor SparseTensorProto
23 sparse_tensors SparseTensorProto*

NodeDeviceConfigurationProto
1 configuration_id text
2 sharding_spec ShardingSpecProto*
3 pipeline_stage int

Segment
1 begin int
2 end int

TypeProto
1 tensor_type Tensor?
4 sequence_type Sequence?
5 map_type Map?
6 denotation text
7 opaque_type Opaque?
8 sparse_tensor_type SparseTensor?
9 optional_type Optional?

ShardingSpecProto
1 tensor_name text
2 device int*
3 index_to_device_group_map IntIntListEntryProto*
4 sharded_dim ShardedDimProto*

Tensor
1 elem_type int
2 shape TensorShapeProto

Sequence
1 elem_type TypeProto

Map
1 key_type int
2 value_type TypeProto

Opaque
1 domain text
2 name text

SparseTensor
1 elem_type int
2 shape TensorShapeProto

Optional
1 elem_type TypeProto

IntIntListEntryProto
1 key int
2 value int*

ShardedDimProto
1 axis int
2 simple_sharding SimpleShardedDimProto*

TensorShapeProto
1 dim Dimension*

SimpleShardedDimProto
1 dim_value int?
2 dim_param text?
3 num_shards int

Dimension
1 dim_value int?
2 dim_param text?
3 denotation text
""")
