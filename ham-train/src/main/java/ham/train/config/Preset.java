package ham.train.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.train.data.DataSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A setting of the field in one JSON file, with the keys that LAMDA-PILOT and toolboxes after it use ({@code init_cls}, {@code increment},
 * {@code tuned_epoch}, {@code M} ...), and beside them any parameter by its name in {@code run.json}, which counts where both say the same.
 *
 * <p>How the number of tasks and the first one's size follow: {@code init_cls} classes, then {@code increment} at a time. What ham does not do
 * (rehearsal memory, weight decay, another optimizer or schedule) is refused where a file asks for it.
 */
public final class Preset {
    /** Those that are part of ham. */
    public static final List<String> NAMES = List.of("paper", "b0-inc10", "b0-inc5", "b50-inc10", "far");

    /** Their keys that describe and change nothing. */
    private static final Set<String> TOLD = Set.of(
            "prefix",
            "dataset",
            "backbone_type",
            "convnet_type",
            "fixed_memory",
            "use_RP",
            "use_simplecil",
            "reinit_optimizer",
            "_comment",
            "comment");
    /** Their keys for a parameter of ham, by name. */
    private static final Map<String, String> SAME = Map.of(
            "tuned_epoch", "epochs",
            "init_epoch", "epochs",
            "epochs", "epochs",
            "batch_size", "batch",
            "init_lr", "lr",
            "lrate", "lr",
            "M", "projection",
            "lora_rank", "rank");
    /** Their keys of which ham does one thing only. */
    private static final Map<String, Set<String>> ONLY = Map.of(
            "memory_size", Set.of("0"),
            "memory_per_class", Set.of("0"),
            "weight_decay", Set.of("0.0", "0"),
            "init_weight_decay", Set.of("0.0", "0"),
            "min_lr", Set.of("0.0", "0"),
            "optimizer", Set.of("adam"),
            "scheduler", Set.of("cosine"));

    private static final Set<String> OWN = Set.of("model_name", "init_cls", "increment", "seed", "shuffle", "device");

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String name;
    private final ObjectNode keys;

    private Preset(String name, ObjectNode keys) {
        this.name = name;
        this.keys = keys;
    }

    /**
     * Reads a preset.
     *
     * @param name one of {@link #NAMES}, or the path of a JSON file
     * @throws InputException when it is neither, or names a key that nobody knows
     */
    public static Preset read(String name) {
        ObjectNode keys =
                NAMES.contains(name.toLowerCase(Locale.ROOT)) ? own(name.toLowerCase(Locale.ROOT)) : file(name);
        Preset preset = new Preset(name, keys);
        keys.fieldNames().forEachRemaining(preset::requireKnown);
        return preset;
    }

    private static ObjectNode own(String name) {
        try (InputStream file = Preset.class.getResourceAsStream("presets/" + name + ".json")) {
            return (ObjectNode) MAPPER.readTree(file);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("preset " + name, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode file(String name) {
        if (!name.toLowerCase(Locale.ROOT).endsWith(".json")) {
            throw InputException.parameter(
                    "preset",
                    "expected one of " + String.join(", ", NAMES) + " or a file whose name ends in .json, found '"
                            + name + "'");
        }
        return JsonFiles.read(Path.of(name), "a preset");
    }

    private void requireKnown(String key) {
        if (!OWN.contains(key)
                && !TOLD.contains(key)
                && !SAME.containsKey(key)
                && !ONLY.containsKey(key)
                && !RunConfigBuilder.names().contains(key)) {
            throw problem(
                    key,
                    "expected a key of LAMDA-PILOT that ham knows ("
                            + List.of(OWN, SAME.keySet(), ONLY.keySet(), TOLD).stream()
                                    .flatMap(Set::stream)
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ") or a parameter by its name in run.json, found another; take it out");
        }
    }

    private InputException problem(String key, String sentence) {
        return new InputException("preset " + name + ", " + key + ": " + sentence);
    }

    /**
     * What the preset makes of a base and data.
     *
     * @throws InputException when a value is none that ham has, or the classes cannot be cut so
     */
    public RunConfigBuilder builder(Path base, Path data) {
        return RunConfig.builder().setBase(base).setData(data).opt(parameters(data));
    }

    /**
     * The parameters that it gives, by their names in {@code run.json}.
     *
     * @param data whose classes are cut
     * @throws InputException when a value is none that ham has, or the classes cannot be cut so
     */
    public Map<String, String> parameters(Path data) {
        ONLY.forEach((key, values) -> {
            if (keys.has(key) && !values.contains(text(key).toLowerCase(Locale.ROOT))) {
                throw problem(
                        key,
                        "expected " + values.stream().sorted().findFirst().orElseThrow()
                                + ", the one thing that ham does, found " + keys.get(key) + "; change or leave it out");
            }
        });
        Map<String, String> told = new LinkedHashMap<>();
        if (keys.has("model_name")) {
            told.put("method", text("model_name").equals("sdlora") ? "sd-lora" : text("model_name"));
        }
        cut(told, data);
        seed(told);
        device(told);
        new TreeMap<>(SAME).forEach((theirs, ours) -> {
            if (keys.has(theirs)) {
                String before = told.put(ours, text(theirs));
                if (before != null && !before.equals(text(theirs)) && !keys.has(ours)) {
                    throw problem(
                            theirs,
                            "expected the same as another key of " + ours + " says, " + before + ", found "
                                    + text(theirs) + "; ham has one value for all tasks: leave one of them, or give "
                                    + ours);
                }
            }
        });
        keys.fieldNames().forEachRemaining(key -> {
            if (RunConfigBuilder.names().contains(key) && !OWN.contains(key)) {
                told.put(key, text(key));
            }
        });
        return told;
    }

    private void cut(Map<String, String> told, Path data) {
        if (!keys.has("init_cls") && !keys.has("increment")) {
            return;
        }
        int first = count(keys.has("init_cls") ? "init_cls" : "increment");
        int increment = count(keys.has("increment") ? "increment" : "init_cls");
        int classes = DataSpec.open(data).classNames().size();
        if (first > classes || (classes - first) % increment != 0) {
            throw problem(
                    "increment",
                    "expected " + first + " classes and then " + increment + " at a time to make up the " + classes
                            + " classes of " + data + ", which they do not; choose others");
        }
        told.put("tasks", String.valueOf(1 + (classes - first) / increment));
        told.put("initial-classes", String.valueOf(first == increment ? 0 : first));
    }

    private int count(String key) {
        int count = keys.get(key).isInt() ? keys.get(key).intValue() : 0;
        if (count < 1) {
            throw problem(key, "expected a number of classes, 1 or more, found " + keys.get(key));
        }
        return count;
    }

    /** The field draws the class order from the seed, and all else too. */
    private void seed(Map<String, String> told) {
        if (keys.has("shuffle") && !keys.get("shuffle").asBoolean()) {
            told.put("order", "natural");
        }
        if (!keys.has("seed")) {
            return;
        }
        JsonNode seed = keys.get("seed");
        if (seed.size() > 1) {
            throw problem("seed", "expected one seed a run, found " + seed + "; make a run for each");
        }
        told.put("seed", seed.isArray() ? seed.path(0).asText() : seed.asText());
        told.putIfAbsent("order", told.get("seed"));
    }

    private void device(Map<String, String> told) {
        if (keys.has("device")) {
            JsonNode device = keys.get("device");
            String number = device.isArray() ? device.path(0).asText() : device.asText();
            if (device.size() > 1) {
                throw problem("device", "expected one device, found " + device + "; leave one");
            }
            told.put("device", number.matches("\\d{1,3}") ? "gpu:" + number : number.equals("-1") ? "cpu" : number);
        }
    }

    private String text(String key) {
        JsonNode value = keys.get(key);
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(","))
                : value.asText();
    }
}
