package ham.merge.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The tensors of a sharded checkpoint as one: an index whose {@code weight_map} says for every tensor in which safetensors file beside it the
 * tensor lies. Index and files must agree exactly.
 *
 * <p>Source: the layout that huggingface_hub writes ({@code model.safetensors.index.json}).
 */
public final class ShardedTensors implements Tensors {
    private final Path index;
    private final SortedMap<String, SafetensorsFile> shards;

    private ShardedTensors(Path index, SortedMap<String, SafetensorsFile> shards) {
        this.index = index;
        this.shards = Collections.unmodifiableSortedMap(shards);
    }

    /**
     * Opens the index and every shard that it names.
     *
     * @throws InputException when the index is broken or names a file outside its folder, a shard is missing or damaged, or a tensor is
     *     listed but absent, present but not listed, or present twice
     */
    public static ShardedTensors open(Path index) {
        ObjectNode json = JsonFiles.read(index, "the index of a sharded checkpoint");
        SortedMap<String, String> listed = listed(index, json.path("weight_map"));
        SortedMap<String, SafetensorsFile> byShard = new TreeMap<>();
        listed.values().forEach(shard -> byShard.computeIfAbsent(shard, name -> openShard(index, name)));
        SortedMap<String, SafetensorsFile> byTensor = new TreeMap<>();
        listed.forEach((tensor, shard) -> {
            if (!byShard.get(shard).has(tensor)) {
                throw new InputException(
                        index, "tensor '" + tensor + "': expected in the shard " + shard + ", found none of that name");
            }
            byTensor.put(tensor, byShard.get(shard));
        });
        byShard.forEach((shard, file) -> requireListed(index, shard, file, listed));
        ShardedTensors tensors = new ShardedTensors(index, byTensor);
        tensors.requireSize(json.path("metadata").path("total_size"));
        return tensors;
    }

    private static SortedMap<String, String> listed(Path index, JsonNode weightMap) {
        SortedMap<String, String> listed = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            if (!entry.getValue().isTextual()) {
                throw new InputException(
                        index,
                        "weight_map, tensor '" + entry.getKey() + "': expected the name of a shard, found "
                                + entry.getValue());
            }
            listed.put(entry.getKey(), entry.getValue().textValue());
        }
        if (listed.isEmpty()) {
            throw new InputException(
                    index, "expected a weight_map from tensors to shards, found none or one without tensors");
        }
        return listed;
    }

    private static SafetensorsFile openShard(Path index, String name) {
        if (!isFileName(name)) {
            throw new InputException(
                    index, "expected shards in the folder of this index, found the shard name '" + name + "'");
        }
        return SafetensorsFile.open(index.resolveSibling(name));
    }

    private static boolean isFileName(String name) {
        try {
            Path path = Path.of(name);
            boolean plain = path.getNameCount() == 1 && !path.isAbsolute() && !name.matches(".*[/\\\\:].*");
            return plain && !name.isBlank() && !name.equals(".") && !name.equals("..");
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static void requireListed(
            Path index, String shard, SafetensorsFile file, SortedMap<String, String> listed) {
        for (String tensor : file.names()) {
            String other = listed.get(tensor);
            if (other == null) {
                throw new InputException(
                        index, "expected every tensor of the shards to be listed, found '" + tensor + "' in " + shard);
            }
            if (!other.equals(shard)) {
                throw new InputException(
                        index,
                        "tensor '" + tensor + "': expected in one shard, found in " + other + " and in " + shard);
            }
        }
    }

    private void requireSize(JsonNode totalSize) {
        long bytes = names().stream().mapToLong(name -> info(name).bytes()).sum();
        if (!totalSize.isMissingNode()
                && !(totalSize.isNumber() && totalSize.decimalValue().compareTo(BigDecimal.valueOf(bytes)) == 0)) {
            throw new InputException(
                    index, "total_size: expected " + bytes + ", the bytes of all tensors, found " + totalSize);
        }
    }

    @Override
    public Path path() {
        return index;
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(shards.keySet()));
    }

    @Override
    public boolean has(String name) {
        return shards.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
        return shard(name).info(name);
    }

    @Override
    public ByteBuffer bytes(String name) {
        return shard(name).bytes(name);
    }

    @Override
    public void read(String name, long from, long length, Consumer<ByteBuffer> sink) {
        shard(name).read(name, from, length, sink);
    }

    @Override
    public float[] floats(String name) {
        return shard(name).floats(name);
    }

    @Override
    public float[] floats(String name, int first, int count) {
        return shard(name).floats(name, first, count);
    }

    @Override
    public Matrix matrix(String name) {
        return shard(name).matrix(name);
    }

    private SafetensorsFile shard(String name) {
        SafetensorsFile shard = shards.get(name);
        if (shard == null) {
            throw new InputException(index, "expected a tensor '" + name + "', found none of that name");
        }
        return shard;
    }
}
