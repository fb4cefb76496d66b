package ham.export.encoder;

import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes a bfloat16 copy of a float32 checkpoint: the upper halves of its numbers. */
final class StoredAs {

    private StoredAs() {}

    static Path bfloat16(Path checkpoint, Path folder) throws IOException {
        SafetensorsFile source = SafetensorsFile.open(checkpoint.resolve("model.safetensors"));
        StringBuilder header = new StringBuilder("{");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (String name : source.names()) {
            int from = data.size();
            for (float value : source.floats(name)) {
                int upper = Float.floatToRawIntBits(value) >>> 16;
                data.write(upper & 0xFF);
                data.write(upper >>> 8);
            }
            List<Long> shape = source.info(name).shape();
            header.append(header.length() > 1 ? "," : "")
                    .append("\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                            .formatted(name, DType.BF16, shape, from, data.size()));
        }
        byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(data.toByteArray());
        Files.write(folder.resolve("model.safetensors"), file.array());
        Files.copy(checkpoint.resolve("config.json"), folder.resolve("config.json"));
        return folder;
    }
}
