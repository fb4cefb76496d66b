package ham.export.graph;

import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto;
import ham.export.proto.TypeProto;
import ham.export.proto.ValueInfoProto;

/** Types of graph inputs and outputs. */
public final class ValueInfos {

    private ValueInfos() {}

    /**
     * A float32 tensor whose first dimension is free.
     *
     * @param freeDimension name of the first dimension, such as {@code batch}
     * @param dimensions the further dimensions
     */
    public static ValueInfoProto floats(String name, String freeDimension, long... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        shape.addDimBuilder().setDimParam(freeDimension);
        for (long dimension : dimensions) {
            shape.addDimBuilder().setDimValue(dimension);
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(DataType.FLOAT.getNumber())
                .setShape(shape)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
