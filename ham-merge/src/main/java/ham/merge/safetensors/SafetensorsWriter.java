package ham.merge.safetensors;

import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes tensors as a safetensors file, laid out as {@link SafetensorsOutput} does. */
public final class SafetensorsWriter {
    private record Entry(DType dtype, List<Long> shape, Object values) {
        long bytes() {
            return dtype.bytes() * shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final SortedMap<String, String> metadata = new TreeMap<>();
    private final SortedMap<String, Entry> entries = new TreeMap<>();

    /** Adds an entry of {@code __metadata__}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Adds a float32 tensor; the array is not copied. */
    public SafetensorsWriter add(String name, List<Long> shape, float[] values) {
        return add(name, new Entry(DType.F32, shape, values), values.length);
    }

    /** Adds a float32 tensor of two dimensions. */
    public SafetensorsWriter add(String name, Matrix matrix) {
        return add(name, List.of((long) matrix.rows(), (long) matrix.columns()), matrix.data());
    }

    /** Adds a float64 tensor; the array is not copied. */
    public SafetensorsWriter add(String name, List<Long> shape, double[] values) {
        return add(name, new Entry(DType.F64, shape, values), values.length);
    }

    /** Adds a tensor of any dtype as its little-endian, row-major bytes: those from the buffer's position to its limit. */
    public SafetensorsWriter add(String name, DType dtype, List<Long> shape, ByteBuffer bytes) {
        return add(name, new Entry(dtype, shape, bytes.duplicate()), bytes.remaining() / dtype.bytes());
    }

    /**
     * Adds a tensor of any size and dtype that is made piece after piece while the file is written.
     *
     * @param pieces its little-endian, row-major bytes in their order
     */
    public SafetensorsWriter add(String name, DType dtype, List<Long> shape, Iterable<ByteBuffer> pieces) {
        return put(name, new Entry(dtype, shape, pieces));
    }

    private SafetensorsWriter add(String name, Entry entry, int length) {
        if (entry.bytes() != (long) length * entry.dtype().bytes()) {
            throw new IllegalArgumentException(name + ": shape " + entry.shape() + " for " + length + " values");
        }
        return put(name, entry);
    }

    private SafetensorsWriter put(String name, Entry entry) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("no tensor may be called __metadata__");
        }
        if (entries.put(name, entry) != null) {
            throw new IllegalArgumentException("tensor '" + name + "' was added twice");
        }
        return this;
    }

    /**
     * Writes the file in place; callers who need it whole or not at all write to a temporary name.
     *
     * @throws InputException when the file cannot be written
     */
    public void write(Path file) {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        metadata.forEach(layout::metadata);
        entries.forEach((name, entry) -> layout.add(
                name,
                entry.dtype(),
                entry.shape().stream().mapToLong(Long::longValue).toArray()));
        try (SafetensorsOutput output = new SafetensorsOutput(file, layout)) {
            entries.forEach((name, entry) -> write(output, name, entry));
            output.finish();
        }
    }

    private static void write(SafetensorsOutput output, String name, Entry entry) {
        if (entry.values() instanceof ByteBuffer bytes) {
            output.write(name, entry.dtype(), bytes);
        } else if (entry.values() instanceof float[] floats) {
            output.write(name, floats);
        } else if (entry.values() instanceof double[] doubles) {
            output.write(name, doubles);
        } else {
            @SuppressWarnings("unchecked") // the only other kind that add takes
            Iterable<ByteBuffer> pieces = (Iterable<ByteBuffer>) entry.values();
            output.write(name, entry.dtype(), pieces);
        }
    }
}
