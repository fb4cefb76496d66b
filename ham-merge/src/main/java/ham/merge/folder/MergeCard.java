package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.checkpoint.LayerName;
import ham.merge.io.JsonFiles;
import ham.merge.io.YamlText;
import ham.merge.record.AdapterRecord;
import ham.merge.record.MergeMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The card of a merge folder, in Markdown, from its record alone. */
final class MergeCard {
    private final MergeRecord record;
    private final StringBuilder text = new StringBuilder();

    private MergeCard(MergeRecord record) {
        this.record = record;
    }

    /** The text of {@code README.md}. */
    static String of(MergeRecord record) {
        MergeCard card = new MergeCard(record);
        card.head();
        card.adapters();
        card.groups();
        card.weights();
        card.configuration();
        card.use();
        return card.text.toString();
    }

    /** The merge as a configuration that {@code ham merge} takes and that gives the same merge. */
    static ObjectNode configuration(MergeRecord record) {
        ObjectNode json = JsonFiles.object();
        json.set("method", JsonFiles.tree(record.method()));
        if (record.ham()) {
            json.set("mode", JsonFiles.tree(record.mode()));
        }
        if (record.base() != null) {
            json.put("base", record.base());
        }
        ObjectNode parameters = record.parameters().deepCopy();
        JsonNode layers = parameters.remove("layers");
        json.set("parameters", parameters);
        if (layers != null) {
            json.set("layers", layers);
        }
        ArrayNode adapters = json.putArray("adapters");
        for (int i = 0; i < record.inputs().size(); i++) {
            ObjectNode adapter = adapters.addObject();
            adapter.put("path", record.inputs().get(i).path());
            adapter.put("name", record.inputs().get(i).adapter());
            MergeRecord.Step step = record.steps().get(i);
            boolean layered = (record.ham() ? step.layerAlphas() : step.layerWeights()) != null;
            if (!(record.ham() && sequential(record)) && !layered) {
                adapter.put(record.ham() ? "alpha" : "weight", step.importance());
            }
        }
        return json;
    }

    private static boolean sequential(MergeRecord record) {
        return record.mode() == MergeMode.SEQUENTIAL;
    }

    private void head() {
        text.append("# ")
                .append(record.inputs().size())
                .append(" adapters merged by ")
                .append(record.method().optionName())
                .append("\n\n")
                .append(
                        sequential(record)
                                ? "The adapters were trained one beside or after the other"
                                : "The adapters were merged as trained independently of one another")
                .append("; products by ")
                .append(inline(record.kernels() == null ? "" : record.kernels()))
                .append("; made by ham ")
                .append(record.version() == null ? "of unknown version" : record.version())
                .append(".\n");
        if (record.baseSha256() != null) {
            text.append("Base: SHA-256 ").append(record.baseSha256()).append(".\n");
        }
        if (!record.command().isEmpty()) {
            text.append("\n    ").append(command(record.command())).append("\n");
        }
        section("Warnings");
        record.warnings()
                .forEach(warning -> text.append("- ").append(inline(warning)).append('\n'));
        if (record.warnings().isEmpty()) {
            text.append("None.\n");
        }
    }

    /** As a shell takes it. */
    private static String command(List<String> arguments) {
        return arguments.stream()
                .map(each -> each.matches("[A-Za-z0-9_./:=,@%+-]+") ? each : "'" + each.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "))
                .replaceAll("\\R", " ");
    }

    private void adapters() {
        section("Adapters");
        if (record.ham()) {
            row("adapter", "alpha", "similarity to groups 0, 1, ...", "group", "norm", "sha256");
            row("---", "---:", "---", "---", "---:", "---");
        } else {
            row("adapter", "weight", "sha256");
            row("---", "---:", "---");
        }
        for (int i = 0; i < record.steps().size(); i++) {
            adapter(record.steps().get(i), record.inputs().get(i));
        }
    }

    private void adapter(MergeRecord.Step step, AdapterRecord input) {
        String name = inline(step.adapter());
        String hash = input.sha256().replaceFirst("^(.{12}).*", "$1");
        if (!record.ham()) {
            row(name, number(step.weight()), hash);
            return;
        }
        row(
                name,
                number(step.alpha()),
                step.similarity().stream().map(MergeCard::number).collect(Collectors.joining(" ")),
                step.group() + (Boolean.TRUE.equals(step.opened()) ? ", opened" : ", joined"),
                number(step.norm()),
                hash);
    }

    private void groups() {
        if (!record.ham()) {
            return;
        }
        section("Groups");
        row("group", "members", "alpha", "rank", "norm");
        row("---", "---", "---:", "---:", "---:");
        int index = 0;
        for (MergeRecord.Members group : record.groups()) {
            row(
                    String.valueOf(index++),
                    group.members().stream().map(MergeCard::inline).collect(Collectors.joining(", ")),
                    number(group.alpha()),
                    String.valueOf(group.rank()),
                    number(group.norm()));
        }
    }

    private void weights() {
        section("Merged weights");
        text.append(
                        "Smallest, median and largest over the weights of a kind. The effective rank is the participation ratio")
                .append(" of the squared singular values.\n\n");
        SortedMap<String, List<MergeRecord.Weight>> kinds = new TreeMap<>();
        record.weights().forEach(weight -> kinds.computeIfAbsent(kind(weight.name()), key -> new ArrayList<>())
                .add(weight));
        row("layer", "weights", "shape", "rank", "effective rank", "norm");
        row("---", "---:", "---:", "---:", "---:", "---:");
        kinds.forEach((kind, weights) -> row(
                kind,
                String.valueOf(weights.size()),
                weights.stream()
                        .map(weight -> "[" + weight.outputs() + ", " + weight.inputs() + "]")
                        .distinct()
                        .collect(Collectors.joining(" ")),
                spread(weights, MergeRecord.Weight::rank),
                spread(weights, MergeRecord.Weight::effectiveRank),
                spread(weights, MergeRecord.Weight::norm)));
    }

    private static String kind(String weight) {
        String module = weight.replaceFirst("\\.weight$", "");
        return LayerName.parse(module)
                .map(layer -> layer.part().name().toLowerCase(Locale.ROOT))
                .orElseGet(() -> inline(module.replaceFirst("^.*\\.", "")));
    }

    private static String spread(
            List<MergeRecord.Weight> weights, Function<MergeRecord.Weight, ? extends Number> value) {
        List<? extends Number> sorted = weights.stream()
                .map(value)
                .sorted(Comparator.comparingDouble(Number::doubleValue))
                .toList();
        return number(sorted.get(0)) + " / " + number(sorted.get(sorted.size() / 2)) + " / "
                + number(sorted.get(sorted.size() - 1));
    }

    private void configuration() {
        section("Configuration");
        boolean layerWeights = record.steps().stream().anyMatch(step -> step.layerWeights() != null);
        text.append("Relative paths start at the folder in which the command ran: save this there as `merge.yaml`, and")
                .append(" `ham merge` with it as the configuration")
                .append(layerWeights ? " and the trained weights" : "")
                .append(" gives the same deltas.\n\n```yaml\n")
                .append(YamlText.of(configuration(record)))
                .append("```\n");
    }

    private void use() {
        section("Use");
        text.append(
                        "`ham export` makes one deployable model of the base and this folder (merged), `ham inspect` shows groups and")
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

    /** Text from outside, so that it neither ends a line or a cell nor begins markup. */
    private static String inline(String value) {
        return value.replaceAll("\\s+", " ").replaceAll("([\\\\`*_|<>\\[\\]])", "\\\\$1");
    }

    private static String number(Number value) {
        if (value == null) {
            return "";
        }
        return value instanceof Integer ? value.toString() : String.format(Locale.ROOT, "%.4g", value.doubleValue());
    }
}
