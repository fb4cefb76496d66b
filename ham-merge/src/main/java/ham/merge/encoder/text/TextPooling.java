package ham.merge.encoder.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.merge.InputException;
import ham.merge.encoder.Ops;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the tokens of a text become one vector, as sentence-transformers' {@code modules.json} and the pooling's own {@code config.json} say; the mean of
 * all tokens where a folder has none.
 *
 * @param mean whether it is the mean of all tokens but padding; otherwise the first token
 * @param unit whether the vector is divided by its length
 */
public record TextPooling(boolean mean, boolean unit) {
    private static final String MODES = "pooling_mode_";

    /**
     * Reads the folder of a checkpoint.
     *
     * @throws InputException when it asks for a module or a pooling that ham does not compute
     */
    public static TextPooling read(Path folder) {
        Path file = folder.resolve("modules.json");
        if (!Files.isRegularFile(file)) {
            return new TextPooling(true, false);
        }
        boolean mean = true;
        boolean unit = false;
        for (JsonNode module : modules(file)) {
            String type = module.path("type").asText();
            if (type.endsWith(".Pooling")) {
                mean = mean(folder.resolve(module.path("path").asText()).resolve("config.json"));
            } else if (type.endsWith(".Normalize")) {
                unit = true;
            } else if (!type.endsWith(".Transformer")) {
                throw new InputException(
                        file, "expected the modules Transformer, Pooling and Normalize, found '" + type + "'");
            }
        }
        return new TextPooling(mean, unit);
    }

    /** The folders below a checkpoint's that hold its modules, as {@code modules.json} names them; those that are there, absolute. */
    public static List<Path> folders(Path folder) {
        Path file = folder.resolve("modules.json");
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        Path own = folder.toAbsolutePath().normalize();
        return modules(file).stream()
                .map(module -> own.resolve(module.path("path").asText()).normalize())
                .filter(each -> !each.equals(own) && each.startsWith(own) && Files.isDirectory(each))
                .toList();
    }

    private static List<JsonNode> modules(Path file) {
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            List<JsonNode> modules = new ArrayList<>();
            json.forEach(modules::add);
            return modules;
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    private static boolean mean(Path file) {
        JsonNode json = JsonFiles.read(file, "the pooling of a sentence-transformers model");
        List<String> modes = new ArrayList<>();
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            if (each.getKey().startsWith(MODES) && each.getValue().asBoolean()) {
                modes.add(each.getKey().substring(MODES.length()));
            }
        }
        if (modes.equals(List.of("mean_tokens"))) {
            return true;
        }
        if (modes.equals(List.of("cls_token"))) {
            return false;
        }
        throw new InputException(
                file, "expected the pooling mean_tokens or cls_token, found " + (modes.isEmpty() ? "none" : modes));
    }

    /** Tokens [n, t, d] with their mask [n, t] as one vector each [n, d]. */
    public <V> V of(Ops<V> ops, V tokens, V mask) {
        V pooled = mean ? ops.mean(tokens, mask) : ops.token(tokens, 0);
        return unit ? ops.unit(pooled) : pooled;
    }
}
