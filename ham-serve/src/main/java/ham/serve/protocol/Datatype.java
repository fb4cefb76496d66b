package ham.serve.protocol;

import ham.runtime.tensor.ElementType;
import java.util.Arrays;
import java.util.List;

/** Element types as the protocol names them. */
public enum Datatype {
    BOOL(ElementType.BOOL),
    UINT8(ElementType.UINT8),
    INT8(ElementType.INT8),
    INT16(ElementType.INT16),
    INT32(ElementType.INT32),
    INT64(ElementType.INT64),
    FP16(ElementType.FLOAT16),
    BF16(ElementType.BFLOAT16),
    FP32(ElementType.FLOAT32),
    FP64(ElementType.FLOAT64);

    private final ElementType type;

    Datatype(ElementType type) {
        this.type = type;
    }

    /** The type in ONNX Runtime. */
    public ElementType type() {
        return type;
    }

    /**
     * The type of that name.
     *
     * @param where which tensor, for the message
     * @throws ServeException if there is none, or it is one that no model here takes (UINT16, UINT32, UINT64, BYTES)
     */
    public static Datatype named(String name, String where) {
        for (Datatype each : values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw ServeException.invalid(
                where + ": expected a datatype of " + List.of(values()) + ", found '" + name + "'.");
    }

    /** The name of a type. */
    public static Datatype of(ElementType type) {
        return Arrays.stream(values())
                .filter(each -> each.type == type)
                .findFirst()
                .orElseThrow();
    }

    /** The protocol's name of a type that a model declares, also of one that cannot be served. */
    public static String label(String dtype) {
        return ElementType.ofLabel(dtype).map(each -> of(each).name()).orElseGet(() -> switch (dtype) {
            case "uint16" -> "UINT16";
            case "uint32" -> "UINT32";
            case "uint64" -> "UINT64";
            default -> "BYTES";
        });
    }
}
