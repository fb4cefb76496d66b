package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.checkpoint.LinearLayer;
import ham.merge.checkpoint.Target;
import ham.merge.io.JsonFiles;
import ham.merge.io.YamlText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The card of a merge folder, in Markdown, from the content of {@code merge.json} alone. */
public final class MergeCard {
    private final JsonNode record;
    private final StringBuilder text = new StringBuilder();

    private MergeCard(JsonNode record) {
        this.record = record;
    }

    /** The text of {@code README.md}. */
    public static String of(ObjectNode record) {
        MergeCard card = new MergeCard(record);
        card.head();
        card.adapters();
        card.groups();
        card.weights();
        card.configuration();
        card.use();
        return card.text.toString();
    }

    /**
     * The merge as a configuration that {@code ham merge --config} takes and that gives the same merge.
     *
     * @param record content of {@code merge.json}
     */
    public static ObjectNode configuration(JsonNode record) {
        ObjectNode json = JsonFiles.object();
        json.set("method", record.path("method"));
        if (ham(record)) {
            json.set("mode", record.path("mode"));
        }
        if (record.path("base").isTextual()) {
            json.set("base", record.path("base"));
        }
        ObjectNode parameters = record.path("parameters").deepCopy();
        JsonNode layers = parameters.remove("layers");
        json.set("parameters", parameters);
        if (layers != null) {
            json.set("layers", layers);
        }
        ArrayNode adapters = json.putArray("adapters");
        String importance = importance(record);
        for (int i = 0; i < record.path("inputs").size(); i++) {
            ObjectNode adapter = adapters.addObject();
            adapter.set("path", record.path("inputs").path(i).path("path"));
            adapter.set("name", record.path("inputs").path(i).path("adapter"));
            JsonNode step = record.path("steps").path(i);
            if (!(ham(record) && sequential(record)) && !step.has("layer_" + importance + "s")) {
                adapter.set(importance, step.path(importance));
            }
        }
        return json;
    }

    private static boolean ham(JsonNode record) {
        return record.path("method").asText().equals("ham");
    }

    private static boolean sequential(JsonNode record) {
        return record.path("mode").asText().equals(MergeMode.SEQUENTIAL.optionName());
    }

    private static String importance(JsonNode record) {
        return ham(record) ? "alpha" : "weight";
    }

    private void head() {
        text.append("# ")
                .append(record.path("inputs").size())
                .append(" adapters merged by ")
                .append(record.path("method").asText())
                .append("\n\n")
                .append(
                        sequential(record)
                                ? "The adapters were trained one beside or after the other"
                                : "The adapters were merged as trained independently of one another")
                .append("; products by ")
                .append(inline(record.path("kernels")))
                .append("; made by ham ")
                .append(record.path("version").asText("of unknown version"))
                .append(".\n");
        if (record.path("base_sha256").isTextual()) {
            text.append("Base: SHA-256 ")
                    .append(record.path("base_sha256").asText())
                    .append(".\n");
        }
        if (!record.path("command").isEmpty()) {
            text.append("\n    ").append(command(record.path("command"))).append("\n");
        }
        section("Warnings");
        record.path("warnings")
                .forEach(warning -> text.append("- ").append(inline(warning)).append('\n'));
        if (record.path("warnings").isEmpty()) {
            text.append("None.\n");
        }
    }

    /** As a shell takes it. */
    private static String command(JsonNode arguments) {
        return texts(arguments)
                .map(each -> each.matches("[A-Za-z0-9_./:=,@%+-]+") ? each : "'" + each.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "))
                .replaceAll("\\R", " ");
    }

    private void adapters() {
        section("Adapters");
        if (ham(record)) {
            row("adapter", "alpha", "similarity to groups 0, 1, ...", "group", "norm", "sha256");
            row("---", "---:", "---", "---", "---:", "---");
        } else {
            row("adapter", "weight", "sha256");
            row("---", "---:", "---");
        }
        for (int i = 0; i < record.path("steps").size(); i++) {
            adapter(record.path("steps").path(i), record.path("inputs").path(i));
        }
    }

    private void adapter(JsonNode step, JsonNode input) {
        String name = inline(step.path("adapter"));
        String hash = input.path("sha256").asText().replaceFirst("^(.{12}).*", "$1");
        if (!ham(record)) {
            row(name, number(step.path("weight")), hash);
            return;
        }
        row(
                name,
                number(step.path("alpha")),
                StreamSupport.stream(step.path("similarity").spliterator(), false)
                        .map(MergeCard::number)
                        .collect(Collectors.joining(" ")),
                step.path("group").asText() + (step.path("opened").asBoolean() ? ", opened" : ", joined"),
                number(step.path("norm")),
                hash);
    }

    private void groups() {
        if (!ham(record)) {
            return;
        }
        section("Groups");
        row("group", "members", "alpha", "rank", "norm");
        row("---", "---", "---:", "---:", "---:");
        int index = 0;
        for (JsonNode group : record.path("groups")) {
            row(
                    String.valueOf(index++),
                    texts(group.path("members")).map(MergeCard::inline).collect(Collectors.joining(", ")),
                    number(group.path("alpha")),
                    group.path("rank").asText(),
                    number(group.path("norm")));
        }
    }

    private void weights() {
        section("Merged weights");
        text.append(
                        "Smallest, median and largest over the weights of a kind. The effective rank is the participation ratio")
                .append(" of the squared singular values.\n\n");
        SortedMap<String, List<JsonNode>> kinds = new TreeMap<>();
        record.path("weights").forEach(weight -> kinds.computeIfAbsent(
                        kind(weight.path("weight").asText()), key -> new ArrayList<>())
                .add(weight));
        row("layer", "weights", "shape", "rank", "effective rank", "norm");
        row("---", "---:", "---:", "---:", "---:", "---:");
        kinds.forEach((kind, weights) -> row(
                kind,
                String.valueOf(weights.size()),
                weights.stream()
                        .map(weight -> "[" + weight.path("outputs").asText() + ", "
                                + weight.path("inputs").asText() + "]")
                        .distinct()
                        .collect(Collectors.joining(" ")),
                spread(weights, weight -> weight.path("rank")),
                spread(weights, weight -> weight.path("effective_rank")),
                spread(weights, weight -> weight.path("norm"))));
    }

    private static String kind(String weight) {
        String module = weight.replaceFirst("\\.weight$", "");
        return LinearLayer.parse(module)
                .map(LinearLayer::target)
                .map(Target::optionName)
                .orElseGet(() -> inline(module.replaceFirst("^.*\\.", "")));
    }

    private static String spread(List<JsonNode> weights, Function<JsonNode, JsonNode> value) {
        List<JsonNode> sorted = weights.stream()
                .map(value)
                .sorted((first, second) -> Double.compare(first.asDouble(), second.asDouble()))
                .toList();
        return number(sorted.get(0)) + " / " + number(sorted.get(sorted.size() / 2)) + " / "
                + number(sorted.get(sorted.size() - 1));
    }

    private void configuration() {
        section("Configuration");
        boolean layerWeights = StreamSupport.stream(record.path("steps").spliterator(), false)
                .anyMatch(step -> step.has("layer_weights"));
        text.append("Relative paths start at the folder in which the command ran: save this there as `merge.yaml`, and")
                .append(" `ham merge` with it as the configuration")
                .append(layerWeights ? " and the trained weights" : "")
                .append(" gives the same deltas.\n\n```yaml\n")
                .append(YamlText.of(configuration(record)))
                .append("```\n");
    }

    private void use() {
        section("Use");
        text.append("`ham export` makes one deployable model of the base and this folder (merged), `ham inspect` shows groups and")
                .append(" similarities.\n\n")
                .append(
                        "`merged.safetensors` holds what is to be added to each weight of the base, [out, in], float32;")
                .append(" `merge.json` says all of this page to programs.\n");
    }

    private void section(String title) {
        text.append("\n## ").append(title).append("\n\n");
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static Stream<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
    }

    private static String inline(JsonNode value) {
        return inline(value.asText());
    }

    /** Text from outside, so that it neither ends a line or a cell nor begins markup. */
    private static String inline(String value) {
        return value.replaceAll("\\s+", " ").replaceAll("([\\\\`*_|<>\\[\\]])", "\\\\$1");
    }

    private static String number(JsonNode value) {
        if (!value.isNumber()) {
            return "";
        }
        return value.isIntegralNumber() ? value.asText() : String.format(Locale.ROOT, "%.4g", value.asDouble());
    }
}
