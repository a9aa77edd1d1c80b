"""The messages of a SavedModel (saved_model.proto of TensorFlow 2.21).

Read are graphs, functions, attributes, tensors and the objects; opaque is what names no operation and no function: lists of
what was stripped, signatures of Python, notes for debuggers, versions, names of variables.
"""

from typing import Final

from guildmark.inspection.protobuf import Schemas, schemas

SCHEMAS: Final[Schemas] = schemas("""
SavedModel
1 saved_model_schema_version int
2 meta_graphs MetaGraphDef*

MetaGraphDef
1 meta_info_def MetaInfoDef
2 graph_def GraphDef
3 saver_def SaverDef
4 collection_def MetaGraphDef.CollectionDefEntry*
5 signature_def MetaGraphDef.SignatureDefEntry*
6 asset_file_def AssetFileDef*
7 object_graph_def SavedObjectGraph

MetaInfoDef
1 meta_graph_version text
2 stripped_op_list opaque
3 any_info opaque
4 tags text*
5 tensorflow_version text
6 tensorflow_git_version text
7 stripped_default_attrs int
8 function_aliases MetaInfoDef.FunctionAliasesEntry*

GraphDef
1 node NodeDef*
2 library FunctionDefLibrary
3 version int
4 versions opaque
5 debug_info opaque

SaverDef
1 filename_tensor_name text
2 save_tensor_name text
3 restore_op_name text
4 max_to_keep int
5 sharded int
6 keep_checkpoint_every_n_hours fixed32
7 version int

MetaGraphDef.CollectionDefEntry
1 key text
2 value opaque

MetaGraphDef.SignatureDefEntry
1 key text
2 value SignatureDef

AssetFileDef
1 tensor_info TensorInfo
2 filename text

SavedObjectGraph
1 nodes SavedObject*
2 concrete_functions SavedObjectGraph.ConcreteFunctionsEntry*

MetaInfoDef.FunctionAliasesEntry
1 key text
2 value text

NodeDef
1 name text
2 op text
3 input text*
4 device text
5 attr NodeDef.AttrEntry*
6 experimental_debug_info opaque
7 experimental_type opaque

FunctionDefLibrary
1 function FunctionDef*
2 gradient GradientDef*
3 registered_gradients RegisteredGradient*

SignatureDef
1 inputs SignatureDef.InputsEntry*
2 outputs SignatureDef.OutputsEntry*
3 method_name text
4 defaults SignatureDef.DefaultsEntry*

TensorInfo
1 name text?
2 dtype int
3 tensor_shape TensorShapeProto
4 coo_sparse CooSparse?
5 composite_tensor CompositeTensor?

SavedObject
1 children ObjectReference*
3 slot_variables SlotVariableReference*
4 user_object SavedUserObject?
5 asset SavedAsset?
6 function SavedFunction?
7 variable opaque?
8 bare_concrete_function SavedBareConcreteFunction?
9 constant SavedConstant?
10 resource SavedResource?
11 saveable_objects SavedObject.SaveableObjectsEntry*
12 captured_tensor opaque?
13 registered_name text
14 serialized_user_proto opaque
15 dependencies ObjectReference*
16 registered_saver text

SavedObjectGraph.ConcreteFunctionsEntry
1 key text
2 value SavedConcreteFunction

NodeDef.AttrEntry
1 key text
2 value AttrValue

FunctionDef
1 signature OpDef
3 node_def NodeDef*
4 ret FunctionDef.RetEntry*
5 attr FunctionDef.AttrEntry*
6 control_ret FunctionDef.ControlRetEntry*
7 arg_attr FunctionDef.ArgAttrEntry*
8 resource_arg_unique_id FunctionDef.ResourceArgUniqueIdEntry*

GradientDef
1 function_name text
2 gradient_func text

RegisteredGradient
1 gradient_func text
2 registered_op_type text

SignatureDef.InputsEntry
1 key text
2 value TensorInfo

SignatureDef.OutputsEntry
1 key text
2 value TensorInfo

SignatureDef.DefaultsEntry
1 key text
2 value TensorProto

TensorShapeProto
2 dim Dim*
3 unknown_rank int

CooSparse
1 values_tensor_name text
2 indices_tensor_name text
3 dense_shape_tensor_name text

CompositeTensor
1 type_spec TypeSpecProto
2 components TensorInfo*

ObjectReference
1 node_id int
2 local_name text

SlotVariableReference
1 original_variable_node_id int
2 slot_name text
3 slot_variable_node_id int

SavedUserObject
1 identifier text
2 version opaque
3 metadata text

SavedAsset
1 asset_file_def_index int

SavedFunction
1 concrete_functions text*
2 function_spec opaque

SavedBareConcreteFunction
1 concrete_function_name text
2 argument_keywords text*
3 allowed_positional_arguments int
4 function_spec opaque

SavedConstant
1 operation text

SavedResource
1 device text

SavedObject.SaveableObjectsEntry
1 key text
2 value SaveableObject

SavedConcreteFunction
2 bound_inputs int*
3 canonicalized_input_signature opaque
4 output_signature opaque

AttrValue
1 list ListValue?
2 s bytes?
3 i int?
4 f fixed32?
5 b int?
6 type int?
7 shape TensorShapeProto?
8 tensor TensorProto?
9 placeholder text?
10 func NameAttrList?

FunctionDef.RetEntry
1 key text
2 value text

FunctionDef.AttrEntry
1 key text
2 value AttrValue

FunctionDef.ControlRetEntry
1 key text
2 value text

FunctionDef.ArgAttrEntry
1 key int
2 value opaque

FunctionDef.ResourceArgUniqueIdEntry
1 key int
2 value int

TensorProto
1 dtype int
2 tensor_shape TensorShapeProto
3 version_number int
4 tensor_content bytes
5 float_val fixed32*
6 double_val fixed64*
7 int_val int*
8 string_val bytes*
9 scomplex_val fixed32*
10 int64_val int*
11 bool_val int*
12 dcomplex_val fixed64*
13 half_val int*
14 resource_handle_val opaque*
15 variant_val opaque*
16 uint32_val int*
17 uint64_val int*
18 float8_val bytes

Dim
1 size int
2 name text

TypeSpecProto
1 type_spec_class int
2 type_state opaque
3 type_spec_class_name text
4 num_flat_components int

SaveableObject
2 save_function int
3 restore_function int

ListValue
2 s bytes*
3 i int*
4 f fixed32*
5 b int*
6 type int*
7 shape TensorShapeProto*
8 tensor TensorProto*
9 func NameAttrList*

NameAttrList
1 name text
2 attr NameAttrList.AttrEntry*

NameAttrList.AttrEntry
1 key text
2 value AttrValue

OpDef
1 name text
2 input_arg opaque*
3 output_arg opaque*
4 attr opaque*
5 summary text
6 description text
8 deprecation opaque
16 is_aggregate int
17 is_stateful int
18 is_commutative int
19 allows_uninitialized_input int
20 control_output text*
21 is_distributed_communication int
""")
