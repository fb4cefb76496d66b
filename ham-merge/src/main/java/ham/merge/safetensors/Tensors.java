package ham.merge.safetensors;

import ham.merge.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.function.Consumer;

/** Named tensors on disk, in one safetensors file or in several; read when they are asked for. */
public sealed interface Tensors permits SafetensorsFile, ShardedTensors {
    /** Where they are, for messages: the file, or the index of the shards. */
    Path path();

    /** The tensors' names in the order of Java strings. */
    SortedSet<String> names();

    /** Whether a tensor of that name is there. */
    boolean has(String name);

    /**
     * What the header says of a tensor.
     *
     * @throws ham.merge.InputException when there is no tensor of that name
     */
    TensorInfo info(String name);

    /** The raw little-endian bytes of a tensor, read only; at most 2 GB. */
    ByteBuffer bytes(String name);

    /**
     * Hands over bytes of a tensor piece by piece, little endian, each piece for the time of the call only and of a size that is a multiple of 8
     * but for the last. Unlike those of {@link #bytes} they do not stay resident.
     *
     * @param from first byte
     * @param length number of bytes
     */
    void read(String name, long from, long length, Consumer<ByteBuffer> sink);

    /** Hands over all bytes of a tensor; see {@link #read(String, long, long, Consumer)}. */
    default void read(String name, Consumer<ByteBuffer> sink) {
        read(name, 0, info(name).bytes(), sink);
    }

    /**
     * A tensor's values as float32; float64 is rounded, the half precisions are exact.
     *
     * @throws ham.merge.InputException when the tensor is absent, not of a float dtype, or holds NaN or infinity
     */
    float[] floats(String name);

    /**
     * Some of a tensor's values; see {@link #floats(String)}.
     *
     * @param first index of the first value, row-major
     * @param count number of values
     */
    float[] floats(String name, int first, int count);

    /**
     * A float tensor of two dimensions.
     *
     * @throws ham.merge.InputException also when the tensor has another number of dimensions
     */
    Matrix matrix(String name);
}
