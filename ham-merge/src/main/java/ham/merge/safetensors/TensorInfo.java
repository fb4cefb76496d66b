package ham.merge.safetensors;

import java.util.List;

/**
 * What a safetensors header says of one tensor.
 *
 * @param name key in the header
 * @param dtype element type
 * @param shape sizes of the dimensions, empty for a scalar
 * @param offset position of the first byte, counted from the beginning of the file
 * @param bytes number of bytes
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long offset, long bytes) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
        return bytes / dtype.bytes();
    }
}
