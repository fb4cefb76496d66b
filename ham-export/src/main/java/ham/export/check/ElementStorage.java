package ham.export.check;

import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;

/** How many bits an element of a tensor takes, and in which list of a {@link TensorProto} it stands when it is not raw. */
final class ElementStorage {

    private ElementStorage() {}

    /** Bits of one element in raw data; 0 for strings, which have no raw form. */
    static int bits(DataType type) {
        return switch (type) {
            case UNDEFINED, STRING -> 0;
            case UINT2, INT2 -> 2;
            case UINT4, INT4, FLOAT4E2M1 -> 4;
            case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, FLOAT8E8M0 -> 8;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
            case FLOAT, INT32, UINT32 -> 32;
            case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
            case COMPLEX128 -> 128;
        };
    }

    /** How many list entries the elements take; narrow types are packed, complex ones are pairs. */
    static long entries(DataType type, long elements) {
        return switch (type) {
            case UINT2, INT2, UINT4, INT4, FLOAT4E2M1 -> bytes(type, elements);
            case COMPLEX64, COMPLEX128 -> Math.multiplyExact(elements, 2);
            default -> elements;
        };
    }

    /** How many bytes the elements take in raw data. */
    static long bytes(DataType type, long elements) {
        return Math.addExact(Math.multiplyExact(elements, bits(type)), 7) / 8;
    }

    /** How many entries stand in the list that belongs to the type. */
    static int found(DataType type, TensorProto tensor) {
        return switch (type) {
            case UNDEFINED -> 0;
            case FLOAT, COMPLEX64 -> tensor.getFloatDataCount();
            case DOUBLE, COMPLEX128 -> tensor.getDoubleDataCount();
            case INT64 -> tensor.getInt64DataCount();
            case UINT32, UINT64 -> tensor.getUint64DataCount();
            case STRING -> tensor.getStringDataCount();
            default -> tensor.getInt32DataCount();
        };
    }

    /** How many entries stand in all lists together. */
    static long foundAnywhere(TensorProto tensor) {
        return (long) tensor.getFloatDataCount()
                + tensor.getDoubleDataCount()
                + tensor.getInt32DataCount()
                + tensor.getInt64DataCount()
                + tensor.getUint64DataCount()
                + tensor.getStringDataCount();
    }
}
