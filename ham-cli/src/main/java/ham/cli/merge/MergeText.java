package ham.cli.merge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Table;
import ham.merge.folder.MergeRecord;
import ham.merge.folder.PeftMergeRecord;
import ham.merge.plan.MergeMethod;
import ham.merge.record.MergeMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a merge did, for people: from the content of {@code merge.json}. */
final class MergeText {
    private MergeText() {}

    /** Steps, groups and parameters of a merge record. */
    static String of(MergeRecord record) {
        return title(record.method(), record.mode(), record.parameters()) + "\n\n"
                + (record.ham() ? steps(record) + "\n\n" + groups(record) : weights(record));
    }

    /** What {@code --as peft} wrote. */
    static String ofPeft(PeftMergeRecord record) {
        Table weights = new Table("weight", "rank", "lost energy");
        record.weights().forEach(each -> weights.row(each.weight(), String.valueOf(each.rank()), percent(each.lost())));
        return title(record.method(), record.mode(), record.parameters()) + "\nas a PEFT adapter of rank "
                + record.rank() + "; lost energy: " + percent(record.lost()) + "\n\n" + weights;
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.4f %%", 100 * fraction);
    }

    /** Method, mode and parameters in one line. */
    static String title(MergeMethod method, MergeMode mode, ObjectNode parameters) {
        String values = parameters.properties().stream()
                .map(entry -> entry.getKey() + " "
                        + (entry.getValue().isContainerNode()
                                ? entry.getValue()
                                : entry.getValue().asText()))
                .collect(Collectors.joining(", "));
        return (method == null ? "" : method.optionName()) + " merge, " + (mode == null ? "" : mode.optionName())
                + (values.isEmpty() ? "" : " (" + values + ")");
    }

    private static Table weights(MergeRecord record) {
        Table table = new Table("adapter", "weight");
        record.steps().forEach(step -> table.row(step.adapter(), number(step.weight())));
        return table;
    }

    private static Table steps(MergeRecord record) {
        Table steps = new Table("adapter", "alpha", "largest similarity", "group", "group alpha");
        for (MergeRecord.Step step : record.steps()) {
            steps.row(
                    step.adapter(),
                    number(step.alpha()),
                    largest(step.similarity()),
                    step.group() + (Boolean.TRUE.equals(step.opened()) ? " (opened)" : " (joined)"),
                    number(step.groupAlpha()));
        }
        return steps;
    }

    private static Table groups(MergeRecord record) {
        Table groups = new Table("group", "members", "alpha", "rank", "norm");
        int index = 0;
        for (MergeRecord.Members group : record.groups()) {
            groups.row(
                    String.valueOf(index++),
                    String.valueOf(group.members().size()),
                    number(group.alpha()),
                    String.valueOf(group.rank()),
                    number(group.norm()));
        }
        return groups;
    }

    private static String largest(List<Double> similarities) {
        return similarities == null
                ? "-"
                : similarities.stream()
                        .max(Double::compare)
                        .map(MergeText::number)
                        .orElse("-");
    }

    /** Zero where an older release wrote nothing. */
    private static String number(Double value) {
        return String.format(Locale.ROOT, "%.4f", value == null ? 0.0 : value);
    }
}
