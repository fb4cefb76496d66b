package ham.runtime.tensor;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Element types of tensors that can be given to a model and taken from it. */
public enum ElementType {
    FLOAT32(4, OnnxJavaType.FLOAT, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT),
    FLOAT64(8, OnnxJavaType.DOUBLE, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE),
    FLOAT16(2, OnnxJavaType.FLOAT16, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16),
    BFLOAT16(2, OnnxJavaType.BFLOAT16, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16),
    INT64(8, OnnxJavaType.INT64, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64),
    INT32(4, OnnxJavaType.INT32, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32),
    INT16(2, OnnxJavaType.INT16, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16),
    INT8(1, OnnxJavaType.INT8, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8),
    UINT8(1, OnnxJavaType.UINT8, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8),
    /** One byte each, 0 or 1. */
    BOOL(1, OnnxJavaType.BOOL, OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL);

    private final int bytes;
    private final OnnxJavaType javaType;
    private final OnnxTensorType onnxType;

    ElementType(int bytes, OnnxJavaType javaType, OnnxTensorType onnxType) {
        this.bytes = bytes;
        this.javaType = javaType;
        this.onnxType = onnxType;
    }

    /** The type with the given {@link #label}. */
    public static Optional<ElementType> ofLabel(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label().equals(label))
                .findFirst();
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The name that ONNX and numpy use, for example {@code float32}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public OnnxJavaType javaType() {
        return javaType;
    }

    /** The label of a tensor's type, also of one that is not supported here ({@code uint16}, {@code string}). */
    public static String label(TensorInfo info) {
        return Arrays.stream(values())
                .filter(type -> type.onnxType == info.onnxType)
                .findFirst()
                .map(ElementType::label)
                .orElseGet(() -> info.onnxType.name().replaceFirst(".*_", "").toLowerCase(Locale.ROOT));
    }
}
