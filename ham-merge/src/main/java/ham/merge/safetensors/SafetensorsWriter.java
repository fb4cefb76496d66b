package ham.merge.safetensors;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a safetensors file: metadata in name order, tensors by element size, the largest first, and then by name, the header padded with
 * spaces to a multiple of 8 bytes. So every element is aligned, and the same content always gives the same bytes.
 */
public final class SafetensorsWriter {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int CHUNK = 1 << 16;

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

    private SafetensorsWriter add(String name, Entry entry, int length) {
        if (name.equals("__metadata__")) {
            throw new IllegalArgumentException("no tensor may be called __metadata__");
        }
        if (entry.bytes() != (long) length * entry.dtype().bytes()) {
            throw new IllegalArgumentException(name + ": shape " + entry.shape() + " for " + length + " values");
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
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), CHUNK)) {
            byte[] header = header();
            byte[] length = new byte[8];
            ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
            out.write(length);
            out.write(header);
            for (Map.Entry<String, Entry> entry : inFileOrder()) {
                writeValues(out, entry.getValue());
            }
        } catch (IOException e) {
            throw InputException.unwritable(file, e);
        }
    }

    private List<Map.Entry<String, Entry>> inFileOrder() {
        List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
        order.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
        return order;
    }

    private byte[] header() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long offset = 0;
        for (Map.Entry<String, Entry> entry : inFileOrder()) {
            ObjectNode node = root.putObject(entry.getKey());
            node.put("dtype", entry.getValue().dtype().name());
            node.set("shape", JSON.valueToTree(entry.getValue().shape()));
            long end = offset + entry.getValue().bytes();
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeValues(OutputStream out, Entry entry) throws IOException {
        if (entry.values() instanceof ByteBuffer bytes) {
            Channels.newChannel(out).write(bytes.duplicate());
            return;
        }
        byte[] chunk = new byte[CHUNK];
        ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        int size = entry.dtype().bytes();
        int length = Array.getLength(entry.values());
        for (int from = 0; from < length; from += CHUNK / size) {
            int count = Math.min(CHUNK / size, length - from);
            if (entry.values() instanceof float[] floats) {
                buffer.asFloatBuffer().put(floats, from, count);
            } else {
                buffer.asDoubleBuffer().put((double[]) entry.values(), from, count);
            }
            out.write(chunk, 0, size * count);
        }
    }
}
