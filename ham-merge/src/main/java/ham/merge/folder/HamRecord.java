package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code ham.json}: what PEFT's files do not say of an adapter.
 *
 * @param alpha importance: a scalar, or one a weight
 * @param task index of the task in its stream, -1 when unknown
 * @param classes names of the task's classes
 * @param baseSha256 hash of the base checkpoint, empty when unknown
 * @param mode how it was trained
 * @param groupAlphas importance of the groups beside which it was trained, after its training; empty when independent or first
 */
public record HamRecord(
        Importance alpha,
        int task,
        List<String> classes,
        Optional<String> baseSha256,
        MergeMode mode,
        List<Importance> groupAlphas) {
    /** Name of the file in an adapter folder. */
    public static final String FILE = "ham.json";

    public HamRecord {
        classes = List.copyOf(classes);
        groupAlphas = List.copyOf(groupAlphas);
    }

    /** A record of scalars that are each for all weights. */
    public HamRecord(
            double alpha,
            int task,
            List<String> classes,
            Optional<String> baseSha256,
            MergeMode mode,
            List<Double> groupAlphas) {
        this(Importance.of(alpha), task, classes, baseSha256, mode, Importance.each(groupAlphas));
    }

    /** The same under other names of the weights. */
    HamRecord renamed(UnaryOperator<String> name) {
        return new HamRecord(
                alpha.renamed(name),
                task,
                classes,
                baseSha256,
                mode,
                groupAlphas.stream().map(each -> each.renamed(name)).toList());
    }

    /** The scalars of all adapters with which this one was trained, its own last: where each of them was a group. */
    public List<Importance> trainedScalars() {
        List<Importance> all = new ArrayList<>(groupAlphas);
        all.add(alpha);
        return List.copyOf(all);
    }

    /**
     * Reads {@code ham.json}; an adapter without one has importance 1 and was trained independently.
     *
     * @throws InputException when the file is there and damaged
     */
    public static HamRecord read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return new HamRecord(1, -1, List.of(), Optional.empty(), MergeMode.INDEPENDENT, List.of());
        }
        return read(file, JsonFiles.read(file, "ham's record of an adapter"));
    }

    /**
     * The record that an object holds; what it leaves out has its default.
     *
     * @param file where the object was read, for messages
     * @throws InputException when a value is not of its kind
     */
    static HamRecord read(Path file, ObjectNode json) {
        return new Reader(file, json).record();
    }

    private record Reader(Path file, ObjectNode json) {
        HamRecord record() {
            List<String> classes = new ArrayList<>();
            array("classes").forEach(node -> classes.add(text("classes", node)));
            return new HamRecord(
                    json.hasNonNull("alpha") || json.hasNonNull("layer_alphas")
                            ? ImportanceJson.read(file, "alpha", json.path("alpha"), json.path("layer_alphas"))
                            : Importance.ONE,
                    json.hasNonNull("task") ? index("task", json.get("task")) : -1,
                    classes,
                    json.hasNonNull("base_sha256")
                            ? Optional.of(text("base_sha256", json.get("base_sha256")))
                            : Optional.empty(),
                    mode(json.path("mode").asText("independent")),
                    ImportanceJson.readAll(
                            file, "group_alphas", json.path("group_alphas"), json.path("group_layer_alphas")));
        }

        private Iterable<JsonNode> array(String key) {
            if (json.hasNonNull(key) && !json.get(key).isArray()) {
                throw wrong(key, "a list", json.get(key));
            }
            return json.path(key);
        }

        private int index(String key, JsonNode node) {
            if (!node.isInt() || node.intValue() < -1) {
                throw wrong(key, "a whole number from 0, or -1 for unknown", node);
            }
            return node.intValue();
        }

        private String text(String key, JsonNode node) {
            if (!node.isTextual()) {
                throw wrong(key, "text", node);
            }
            return node.textValue();
        }

        private MergeMode mode(String name) {
            for (MergeMode mode : MergeMode.values()) {
                if (mode.optionName().equals(name)) {
                    return mode;
                }
            }
            throw new InputException(file, "mode: expected sequential or independent, found " + name);
        }

        private InputException wrong(String key, String expected, JsonNode found) {
            return new InputException(file, key + ": expected " + expected + ", found " + found);
        }
    }

    /** Writes {@code ham.json} into a folder. */
    public void write(Path folder) throws IOException {
        ObjectNode json = JsonFiles.object();
        put(json);
        JsonFiles.write(folder.resolve(FILE), json);
    }

    /** Adds every key to an object. */
    void put(ObjectNode json) {
        ImportanceJson.put(json, "alpha", "layer_alphas", alpha);
        json.put("task", task);
        json.set("classes", JsonFiles.tree(classes));
        json.put("base_sha256", baseSha256.orElse(null));
        json.put("mode", mode.optionName());
        ImportanceJson.putAll(json, "group_alphas", "group_layer_alphas", groupAlphas);
    }
}
