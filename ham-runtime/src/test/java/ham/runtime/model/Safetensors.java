package ham.runtime.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads float32 tensors of a safetensors file: 8 bytes of header length, a JSON header, the data. */
final class Safetensors {
    private Safetensors() {}

    static Tensor read(String file, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(TestData.bytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong(0));
        try {
            JsonNode entry =
                    new ObjectMapper().readTree(bytes.array(), 8, header).get(name);
            int begin = entry.get("data_offsets").get(0).intValue();
            int end = entry.get("data_offsets").get(1).intValue();
            List<Long> shape =
                    entry.get("shape").valueStream().map(JsonNode::longValue).toList();
            return new Tensor(ElementType.FLOAT32, shape, bytes.slice(8 + header + begin, end - begin));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
