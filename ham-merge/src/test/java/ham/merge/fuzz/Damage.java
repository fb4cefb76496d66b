package ham.merge.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.RawTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The kinds of damage that files suffer, by chance or on purpose. */
final class Damage {
    /** Values that readers trip over: other types, borders of number ranges, broken expressions, odd characters. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1",
            "4",
            "2147483647",
            "2147483648",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "1e400",
            "1e-400",
            "NaN",
            "0.5",
            "4.0",
            "\"\"",
            "\"F32\"",
            "\"F16\"",
            "\"BOOL\"",
            "\"F4\"",
            "\"LORA\"",
            "\"all\"",
            "\"lora_only\"",
            "\"all-linear\"",
            "\"(\"",
            "\"(a*)*(a|a)*\\\\1\"",
            "\".*.*.*.*.*.*.*.*x\"",
            "\"a\\nb\\u0000\\u2028\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[[]]",
            "[0]",
            "[4294967296, 4294967296]",
            "[9223372036854775807]",
            "[\"query\"]",
            "[\"classifier\"]",
            "[null]",
            "{\"a\": 1}",
            "{\"(\": 1}",
            "{\"0\": \"a\", \"1\": \"b\"}");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Damage() {}

    /** A file with some bytes changed, cut off, put in or taken twice; sometimes whole. */
    static byte[] ofBytes(byte[] whole, Random random) {
        byte[] damaged = whole.clone();
        for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] = (byte) random.nextInt(256);
                case 1 -> damaged = Arrays.copyOf(damaged, at);
                case 2 ->
                    damaged = joined(damaged, at, Arrays.copyOfRange(damaged, at, Math.min(damaged.length, at + 40)));
                default -> damaged = joined(damaged, at, new byte[1 + random.nextInt(12)]);
            }
        }
        return damaged;
    }

    private static byte[] joined(byte[] whole, int at, byte[] inserted) {
        return ByteBuffer.allocate(whole.length + inserted.length)
                .put(whole, 0, at)
                .put(inserted)
                .put(whole, at, whole.length - at)
                .array();
    }

    /** A JSON text with one to three values replaced, removed or added under a new or an existing key. */
    static String ofJson(String whole, Random random) {
        String damaged = whole;
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            damaged = once(damaged, random);
        }
        return damaged;
    }

    private static String once(String text, Random random) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (IOException e) {
            return text;
        }
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        if (containers.isEmpty()) {
            return text;
        }
        JsonNode container = containers.get(random.nextInt(containers.size()));
        String value = VALUES.get(random.nextInt(VALUES.size()));
        // Values go in as text, so that any spelling of a number survives.
        String mark = "damage-" + random.nextInt(Integer.MAX_VALUE);
        if (container instanceof ObjectNode object) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            String key = keys.isEmpty() || random.nextInt(8) == 0 ? "x" : keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(5)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(key + mark, object.path(key));
                default -> object.put(key, mark);
            }
            // Without its mark, a key that got a new name stands there twice.
            return root.toString().replace("\"" + mark + "\"", value).replace(mark, "");
        }
        ArrayNode array = (ArrayNode) container;
        if (array.isEmpty() || random.nextInt(4) == 0) {
            array.add(mark);
        } else {
            array.set(random.nextInt(array.size()), mark);
        }
        return root.toString().replace("\"" + mark + "\"", value);
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(each -> collect(each, containers));
        }
    }

    /** A safetensors file with a damaged header, whose claimed length fits, or with damaged bytes. */
    static byte[] ofSafetensors(byte[] whole, Random random) {
        if (random.nextInt(3) == 0) {
            return ofBytes(whole, random);
        }
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(whole, 8, length, StandardCharsets.UTF_8);
        byte[] data = Arrays.copyOfRange(whole, 8 + length, whole.length);
        return RawTensors.file(ofJson(header, random), random.nextInt(4) == 0 ? ofBytes(data, random) : data);
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
