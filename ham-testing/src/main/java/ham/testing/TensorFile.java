package ham.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * A safetensors file of float32 tensors: the length of the header in 8 bytes, the header in JSON, the values. Source: the format's description
 * at huggingface/safetensors.
 */
final class TensorFile {
    private static final int ALIGNMENT = 8;

    private final SortedMap<String, float[]> tensors = new TreeMap<>();
    private final ObjectNode header = new ObjectMapper().createObjectNode();

    void add(String name, float[] values, long... shape) {
        if (LongStream.of(shape).reduce(1, Math::multiplyExact) != values.length || tensors.put(name, values) != null) {
            throw new IllegalArgumentException(name + ": a name of its own and a shape that fits");
        }
        ObjectNode entry = header.putObject(name).put("dtype", "F32");
        LongStream.of(shape).forEach(entry.putArray("shape")::add);
    }

    void write(Path file) {
        int bytes = 0;
        for (String name : tensors.keySet()) {
            int end = bytes + Float.BYTES * tensors.get(name).length;
            header.withObject("/" + name).putArray("data_offsets").add(bytes).add(end);
            bytes = end;
        }
        String json = header.toString();
        byte[] text = (json + " ".repeat(-json.length() & (ALIGNMENT - 1))).getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer =
                ByteBuffer.allocate(Long.BYTES + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(text.length).put(text);
        for (float[] values : tensors.values()) {
            for (float value : values) {
                buffer.putFloat(value);
            }
        }
        try {
            Files.write(file, buffer.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
