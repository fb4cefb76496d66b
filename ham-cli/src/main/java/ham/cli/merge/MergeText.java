package ham.cli.merge;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.console.Table;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What a merge did, for people: from the content of {@code merge.json}. */
final class MergeText {
    private MergeText() {}

    /** Steps, groups and parameters of a merge record. */
    static String of(JsonNode record) {
        return title(record) + "\n\n"
                + (record.path("method").asText().equals("ham")
                        ? steps(record) + "\n\n" + groups(record)
                        : weights(record));
    }

    /** What {@code --as peft} wrote. */
    static String ofPeft(JsonNode record) {
        Table weights = new Table("weight", "rank", "lost energy");
        record.path("weights")
                .forEach(each -> weights.row(
                        each.path("weight").asText(),
                        each.path("rank").asText(),
                        percent(each.path("lost").asDouble())));
        return title(record) + "\nas a PEFT adapter of rank "
                + record.path("rank").asText() + "; lost energy: "
                + percent(record.path("lost").asDouble()) + "\n\n" + weights;
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.4f %%", 100 * fraction);
    }

    /** Method, mode and parameters in one line. */
    static String title(JsonNode record) {
        String parameters = record.path("parameters").properties().stream()
                .map(entry -> entry.getKey() + " "
                        + (entry.getValue().isContainerNode()
                                ? entry.getValue()
                                : entry.getValue().asText()))
                .collect(Collectors.joining(", "));
        return record.path("method").asText() + " merge, " + record.path("mode").asText()
                + (parameters.isEmpty() ? "" : " (" + parameters + ")");
    }

    private static Table weights(JsonNode record) {
        Table table = new Table("adapter", "weight");
        record.path("steps")
                .forEach(step -> table.row(
                        step.path("adapter").asText(),
                        number(step.path("weight").asDouble())));
        return table;
    }

    private static Table steps(JsonNode record) {
        Table steps = new Table("adapter", "alpha", "largest similarity", "group", "group alpha");
        for (JsonNode step : record.path("steps")) {
            steps.row(
                    step.path("adapter").asText(),
                    number(step.path("alpha").asDouble()),
                    largest(step.path("similarity")),
                    step.path("group").asText() + (step.path("opened").asBoolean() ? " (opened)" : " (joined)"),
                    number(step.path("group_alpha").asDouble()));
        }
        return steps;
    }

    private static Table groups(JsonNode record) {
        Table groups = new Table("group", "members", "alpha", "rank", "norm");
        int index = 0;
        for (JsonNode group : record.path("groups")) {
            groups.row(
                    String.valueOf(index++),
                    String.valueOf(group.path("members").size()),
                    number(group.path("alpha").asDouble()),
                    group.path("rank").asText(),
                    number(group.path("norm").asDouble()));
        }
        return groups;
    }

    private static String largest(JsonNode similarities) {
        return StreamSupport.stream(similarities.spliterator(), false)
                .map(JsonNode::asDouble)
                .max(Double::compare)
                .map(MergeText::number)
                .orElse("-");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
