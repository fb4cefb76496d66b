package ham.merge.safetensors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.common.BrokenJson;
import ham.merge.InputException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Parses and validates the JSON header of a safetensors file: known dtypes, sizes that do not overflow, byte ranges that agree with dtype
 * and shape and that cover the data section without gap or overlap, no key twice.
 */
final class HeaderParser {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final Path file;
    private final long dataStart;
    private final long dataBytes;

    HeaderParser(Path file, long dataStart, long dataBytes) {
        this.file = file;
        this.dataStart = dataStart;
        this.dataBytes = dataBytes;
    }

    record Header(Map<String, String> metadata, SortedMap<String, TensorInfo> tensors) {}

    Header parse(byte[] json) {
        JsonNode root = tree(json);
        SortedMap<String, String> metadata = new TreeMap<>();
        SortedMap<String, TensorInfo> tensors = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                readMetadata(entry.getValue(), metadata);
            } else {
                tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
            }
        }
        requireNoGaps(tensors);
        return new Header(metadata, tensors);
    }

    private JsonNode tree(byte[] json) {
        try {
            // Left to itself, the JSON parser would guess UTF-16 or UTF-32 from the first bytes.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            JsonNode root = JSON.readTree(text);
            if (root == null || !root.isObject()) {
                throw broken("its header is not a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file,
                    "expected a safetensors header, found broken JSON: " + BrokenJson.problem(e.getOriginalMessage()),
                    e);
        } catch (CharacterCodingException e) {
            throw new InputException(file, "not a valid safetensors file: its header is not UTF-8", e);
        }
    }

    private void readMetadata(JsonNode node, Map<String, String> metadata) {
        if (!node.isObject()) {
            throw broken("__metadata__ is not an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (!entry.getValue().isTextual()) {
                throw broken("__metadata__ entry '" + entry.getKey() + "' is not a string");
            }
            metadata.put(entry.getKey(), entry.getValue().textValue());
        }
    }

    private TensorInfo tensor(String name, JsonNode node) {
        DType dtype = dtype(name, node.path("dtype"));
        List<Long> shape = longs(name, "shape", node.path("shape"));
        List<Long> range = longs(name, "data_offsets", node.path("data_offsets"));
        if (range.size() != 2 || range.get(0) > range.get(1) || range.get(1) > dataBytes) {
            throw broken("tensor '" + name + "' claims the bytes " + range + " of a data section of " + dataBytes
                    + " bytes: the file is truncated or damaged");
        }
        long bytes = dtype.bytes();
        for (long size : shape) {
            try {
                bytes = Math.multiplyExact(bytes, size);
            } catch (ArithmeticException e) {
                throw new InputException(file, "tensor '" + name + "' has a shape whose size overflows: " + shape, e);
            }
        }
        if (bytes != range.get(1) - range.get(0)) {
            throw broken("tensor '" + name + "' of shape " + shape + " and dtype " + dtype + " needs " + bytes
                    + " bytes, but its data_offsets hold " + (range.get(1) - range.get(0)));
        }
        return new TensorInfo(name, dtype, shape, dataStart + range.get(0), bytes);
    }

    private DType dtype(String name, JsonNode node) {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(node.textValue())) {
                return dtype;
            }
        }
        throw broken("tensor '" + name + "' has "
                + (node.isMissingNode() ? "no dtype" : "the dtype " + node + ", which ham does not read"));
    }

    private List<Long> longs(String name, String key, JsonNode node) {
        List<Long> values = new ArrayList<>();
        for (JsonNode value : node) {
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw broken("tensor '" + name + "' has the " + key + " " + node + "; expected whole numbers from 0");
            }
            values.add(value.longValue());
        }
        if (!node.isArray()) {
            throw broken("tensor '" + name + "' has no " + key);
        }
        return values;
    }

    private void requireNoGaps(SortedMap<String, TensorInfo> tensors) {
        List<TensorInfo> byOffset = new ArrayList<>(tensors.values());
        byOffset.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
        long next = dataStart;
        for (TensorInfo tensor : byOffset) {
            if (tensor.offset() != next) {
                throw broken("tensor '" + tensor.name() + "' begins at byte " + tensor.offset() + " where " + next
                        + " was expected: tensors overlap or leave a gap");
            }
            next += tensor.bytes();
        }
        if (next != dataStart + dataBytes) {
            throw broken("the tensors end at byte " + next + ", the file at " + (dataStart + dataBytes));
        }
    }

    private InputException broken(String problem) {
        return new InputException(file, "not a valid safetensors file: " + problem);
    }
}
