package ham.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A safetensors file taken apart and put together by plain code that shares nothing with the module's own: the control for its reader and
 * writer, and the way to damage a file on purpose.
 */
public final class RawTensors {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A tensor's dtype, shape and little-endian bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Raw(String dtype, List<Long> shape, byte[] bytes) {
        /** The bytes as float32 values. */
        public float[] floats() {
            float[] values = new float[bytes.length / 4];
            little(bytes).asFloatBuffer().get(values);
            return values;
        }
    }

    private final Map<String, String> metadata = new TreeMap<>();
    private final Map<String, Raw> tensors = new LinkedHashMap<>();

    /** Reads every tensor of a valid file. */
    public static RawTensors read(Path file) {
        try {
            byte[] all = Files.readAllBytes(file);
            int header = Math.toIntExact(little(all).getLong(0));
            RawTensors read = new RawTensors();
            for (Map.Entry<String, JsonNode> entry :
                    JSON.readTree(all, 8, header).properties()) {
                JsonNode node = entry.getValue();
                if (entry.getKey().equals("__metadata__")) {
                    node.properties()
                            .forEach(each -> read.metadata.put(
                                    each.getKey(), each.getValue().asText()));
                } else {
                    List<Long> shape = Arrays.stream(JSON.treeToValue(node.get("shape"), Long[].class))
                            .toList();
                    int from = 8 + header + node.get("data_offsets").get(0).asInt();
                    int to = 8 + header + node.get("data_offsets").get(1).asInt();
                    read.add(entry.getKey(), node.get("dtype").asText(), shape, Arrays.copyOfRange(all, from, to));
                }
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A file of the given header and data, valid or not. */
    public static byte[] file(String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return file(json.length, json, data);
    }

    /** A file that claims a header of another length than it has. */
    public static byte[] file(long claimed, byte[] header, byte[] data) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(claimed).put(header).put(data).array();
    }

    /** Little-endian float32 bytes. */
    public static byte[] float32(float... values) {
        byte[] bytes = new byte[4 * values.length];
        little(bytes).asFloatBuffer().put(values);
        return bytes;
    }

    /** Little-endian float64 bytes. */
    public static byte[] float64(double... values) {
        byte[] bytes = new byte[8 * values.length];
        little(bytes).asDoubleBuffer().put(values);
        return bytes;
    }

    /** Little-endian 16-bit words, each given by its bits. */
    public static byte[] words(int... bits) {
        byte[] bytes = new byte[2 * bits.length];
        for (int i = 0; i < bits.length; i++) {
            little(bytes).putShort(2 * i, (short) bits[i]);
        }
        return bytes;
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Adds or replaces a tensor. */
    public RawTensors add(String name, String dtype, List<Long> shape, byte[] bytes) {
        tensors.put(name, new Raw(dtype, shape, bytes));
        return this;
    }

    /** Adds or replaces a float32 tensor. */
    public RawTensors add(String name, List<Long> shape, float... values) {
        return add(name, "F32", shape, float32(values));
    }

    public RawTensors metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    public RawTensors remove(String name) {
        if (tensors.remove(name) == null) {
            throw new IllegalArgumentException("no tensor " + name);
        }
        return this;
    }

    public Raw get(String name) {
        return tensors.get(name);
    }

    public Map<String, Raw> tensors() {
        return tensors;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** The same tensors under other names. */
    public RawTensors renamed(UnaryOperator<String> names) {
        RawTensors renamed = new RawTensors();
        renamed.metadata.putAll(metadata);
        tensors.forEach((name, raw) -> renamed.tensors.put(names.apply(name), raw));
        return renamed;
    }

    /** The same tensors, the last one first in the file. */
    public RawTensors reversed() {
        RawTensors reversed = new RawTensors();
        List<String> names = List.copyOf(tensors.keySet());
        for (int i = names.size() - 1; i >= 0; i--) {
            reversed.tensors.put(names.get(i), tensors.get(names.get(i)));
        }
        return reversed;
    }

    /** Writes the tensors in the order in which they were added. */
    public Path write(Path file) {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            header.set("__metadata__", JSON.valueToTree(metadata));
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, raw) -> {
            ObjectNode node = header.putObject(name).put("dtype", raw.dtype());
            node.set("shape", JSON.valueToTree(raw.shape()));
            node.putArray("data_offsets").add(data.size()).add(data.size() + raw.bytes().length);
            data.writeBytes(raw.bytes());
        });
        return write(file, file(header.toString(), data.toByteArray()));
    }

    /** Writes bytes, without a checked exception. */
    public static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
