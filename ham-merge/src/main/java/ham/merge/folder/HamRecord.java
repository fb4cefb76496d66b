package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ham.json}: what PEFT's files do not say of an adapter.
 *
 * @param alpha importance scalar
 * @param task index of the task in its stream, -1 when unknown
 * @param classes names of the task's classes
 * @param baseSha256 hash of the base checkpoint, empty when unknown
 * @param mode how it was trained
 * @param groupAlphas scalars of the groups beside which it was trained, after its training; empty when independent or first
 */
public record HamRecord(
        double alpha,
        int task,
        List<String> classes,
        Optional<String> baseSha256,
        MergeMode mode,
        List<Double> groupAlphas) {
    /** Name of the file in an adapter folder. */
    public static final String FILE = "ham.json";

    public HamRecord {
        classes = List.copyOf(classes);
        groupAlphas = List.copyOf(groupAlphas);
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
        ObjectNode json = JsonFiles.read(file, "ham's record of an adapter");
        List<String> classes = new ArrayList<>();
        json.path("classes").forEach(node -> classes.add(node.asText()));
        List<Double> groupAlphas = new ArrayList<>();
        json.path("group_alphas").forEach(node -> groupAlphas.add(finite(file, "group_alphas", node)));
        return new HamRecord(
                json.has("alpha") ? finite(file, "alpha", json.get("alpha")) : 1,
                json.path("task").asInt(-1),
                classes,
                Optional.ofNullable(json.path("base_sha256").textValue()),
                mode(file, json.path("mode").asText("independent")),
                groupAlphas);
    }

    private static double finite(Path file, String key, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw new InputException(file, key + ": expected finite numbers, found " + node);
        }
        return node.doubleValue();
    }

    private static MergeMode mode(Path file, String name) {
        for (MergeMode mode : MergeMode.values()) {
            if (mode.optionName().equals(name)) {
                return mode;
            }
        }
        throw new InputException(file, "mode: expected sequential or independent, found " + name);
    }

    /** Writes {@code ham.json} into a folder. */
    public void write(Path folder) throws IOException {
        ObjectNode json = JsonFiles.object();
        json.put("alpha", alpha);
        json.put("task", task);
        json.set("classes", JsonFiles.tree(classes));
        json.put("base_sha256", baseSha256.orElse(null));
        json.put("mode", mode.optionName());
        json.set("group_alphas", JsonFiles.tree(groupAlphas));
        JsonFiles.write(folder.resolve(FILE), json);
    }
}
