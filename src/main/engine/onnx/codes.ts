/** TensorProto.DataLocation of a tensor whose data is outside the model. */
export const EXTERNAL_DATA = 1;

/** TensorProto.DataType: the element types that our models use. */
export const elementTypes = { float32: 1, int8: 3, int32: 6, int64: 7, float16: 10 } as const;

/** AttributeProto.AttributeType: the kinds of attribute that our models use. */
export const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;
