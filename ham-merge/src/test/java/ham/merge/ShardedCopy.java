package ham.merge;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A safetensors file dealt out to shards, with their index, by plain code. */
public final class ShardedCopy {
    private ShardedCopy() {}

    /** Replaces {@code model.safetensors} in a folder by {@code count} shards and their index; the index is returned. */
    public static Path in(Path folder, int count) {
        Path whole = folder.resolve("model.safetensors");
        List<RawTensors> shards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shards.add(new RawTensors().metadata("format", "pt"));
        }
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        ObjectNode map = root.putObject("weight_map");
        long total = 0;
        int next = 0;
        for (var entry : RawTensors.read(whole).tensors().entrySet()) {
            RawTensors.Raw raw = entry.getValue();
            shards.get(next).add(entry.getKey(), raw.dtype(), raw.shape(), raw.bytes());
            map.put(entry.getKey(), name(next, count));
            total += raw.bytes().length;
            next = (next + 1) % count;
        }
        root.putObject("metadata").put("total_size", total);
        for (int i = 0; i < count; i++) {
            shards.get(i).write(folder.resolve(name(i, count)));
        }
        try {
            Files.delete(whole);
            return Files.writeString(folder.resolve("model.safetensors.index.json"), json.writeValueAsString(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** File name of a shard, from 0. */
    public static String name(int shard, int count) {
        return String.format("model-%05d-of-%05d.safetensors", shard + 1, count);
    }
}
