package ham.export.graph;

import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.TypeProto;
import ham.export.proto.ValueInfoProto;
import java.util.List;

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
        return of(name, DataType.FLOAT, shape.getDimList());
    }

    /** A tensor of any type and shape. */
    public static ValueInfoProto of(String name, DataType type, List<Dimension> shape) {
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(TensorShapeProto.newBuilder().addAllDim(shape))
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    /** A dimension that is free, with a name. */
    public static Dimension free(String name) {
        return Dimension.newBuilder().setDimParam(name).build();
    }

    /** A dimension of a fixed size. */
    public static Dimension fixed(long size) {
        return Dimension.newBuilder().setDimValue(size).build();
    }
}
