package ham.job.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.ExperimentReport;
import ham.report.record.ChartDocument;
import ham.report.record.ExperimentDocument;
import ham.report.record.SeriesDocument;
import ham.report.record.TableDocument;
import ham.train.experiment.ExperimentRecord;
import ham.train.run.GroupMembers;
import ham.train.run.GroupMembers.Form;
import ham.train.run.GroupMembers.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The merged adapter of every group against its members, for the runs of a finished experiment: {@code members.csv}, {@code members.json},
 * {@code members.html} and a chart, in the experiment's folder.
 */
public final class MembersWork {
    private static final List<String> COLUMNS = List.of(
            "run",
            "order",
            "head",
            "group",
            "tasks",
            "own adapters (%)",
            "group's adapter (%)",
            "all groups (%)",
            "frozen (%)",
            "group - own (points)");
    private static final List<HeadKind> HEADS = List.of(HeadKind.LINEAR, HeadKind.PROTOTYPE);

    private final Path out;
    private final ExperimentListener listener;
    private final List<Measured> measured = new ArrayList<>();

    private record Measured(ExperimentRecord.Run run, List<Member> members) {
        private List<Integer> groups() {
            return members.stream().map(Member::group).distinct().toList();
        }

        /** Mean over tasks, NaN where there is none. */
        private double mean(Predicate<Member> which, HeadKind head, Form form) {
            return members.stream()
                    .filter(which)
                    .mapToDouble(member -> member.accuracy().get(head).get(form))
                    .average()
                    .orElse(Double.NaN);
        }
    }

    /**
     * Prepares the work.
     *
     * @param out the experiment's folder
     * @param listener who is told how it goes
     */
    public MembersWork(Path out, ExperimentListener listener) {
        this.out = out;
        this.listener = listener;
    }

    /**
     * Measures every run, and writes.
     *
     * @return the experiment with the table of groups before its own
     */
    public ExperimentOutcome run(ExperimentOutcome experiment) {
        for (ExperimentRecord.Run run : experiment.results().runs()) {
            listener.stage("the groups of " + run.name() + ", order " + run.order() + ", against their members");
            measured.add(new Measured(run, GroupMembers.measure(out.resolve(run.folder()))));
        }
        ChartDocument chart = chart();
        ExperimentDocument page = new ExperimentDocument(
                "Experiment: groups against their members",
                "Every task by its own adapter, by the merged adapter of its group, by all groups and by none, the task known.",
                experiment.results().command(),
                new LinkedHashMap<>(experiment.results().environment()),
                new TableDocument(COLUMNS, rows()),
                null,
                List.of(chart),
                List.of(
                        "The linear head is that of the task as it was trained; prototypes are made of the task's training"
                                + " images through the same model.",
                        "Means over the tasks of a group."));
        write("members.csv", csv());
        write("members.json", JsonFiles.pretty(json(experiment.results())) + "\n");
        write("members.html", new ExperimentReport(page).html());
        write("charts/groups-against-their-members.svg", ExperimentReport.svg(chart));
        return new ExperimentOutcome(
                experiment.folder(), markdown() + "\n\n" + experiment.table(), experiment.results());
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Measured each : measured) {
            for (HeadKind head : HEADS) {
                each.groups()
                        .forEach(group ->
                                rows.add(row(each, head, String.valueOf(group), member -> member.group() == group)));
                rows.add(row(each, head, "all", member -> true));
            }
        }
        return rows;
    }

    private static List<String> row(Measured of, HeadKind head, String group, Predicate<Member> which) {
        List<String> row = new ArrayList<>(List.of(of.run().name(), of.run().order(), head.optionName(), group));
        row.add(String.valueOf(of.members().stream().filter(which).count()));
        for (Form form : Form.values()) {
            row.add(String.format(Locale.ROOT, "%.2f", 100 * of.mean(which, head, form)));
        }
        row.add(String.format(
                Locale.ROOT, "%+.2f", 100 * (of.mean(which, head, Form.GROUP) - of.mean(which, head, Form.OWN))));
        return row;
    }

    private String markdown() {
        return Stream.concat(
                        Stream.of(COLUMNS, COLUMNS.stream().map(each -> "---").toList()), rows().stream())
                .map(row -> "| " + String.join(" | ", row) + " |")
                .reduce((above, below) -> above + "\n" + below)
                .orElseThrow();
    }

    private String csv() {
        StringBuilder lines =
                new StringBuilder("run,order,task,group,size,images,head,own,group_adapter,merged,frozen\n");
        for (Measured each : measured) {
            for (Member member : each.members()) {
                for (HeadKind head : HEADS) {
                    List<String> line = new ArrayList<>(
                            List.of(each.run().name(), each.run().order()));
                    Stream.of(member.task(), member.group(), member.size(), member.images())
                            .forEach(number -> line.add(String.valueOf(number)));
                    line.add(head.optionName());
                    Stream.of(Form.values())
                            .forEach(form -> line.add(
                                    String.valueOf(member.accuracy().get(head).get(form))));
                    lines.append(String.join(",", line)).append('\n');
                }
            }
        }
        return lines.toString();
    }

    private ObjectNode json(ExperimentRecord experiment) {
        ObjectNode json = JsonFiles.object();
        json.set("command", JsonFiles.tree(experiment.command()));
        json.set("environment", JsonFiles.tree(experiment.environment()));
        ArrayNode runs = json.putArray("runs");
        for (Measured each : measured) {
            ObjectNode run = runs.addObject()
                    .put("name", each.run().name())
                    .put("order", each.run().order())
                    .put("folder", each.run().folder());
            ArrayNode members = run.putArray("members");
            for (Member member : each.members()) {
                ObjectNode one = members.addObject()
                        .put("task", member.task())
                        .put("group", member.group())
                        .put("size", member.size())
                        .put("images", member.images());
                for (HeadKind head : HEADS) {
                    ObjectNode of = one.putObject(head.optionName());
                    member.accuracy()
                            .get(head)
                            .forEach((form, value) -> of.put(form.name().toLowerCase(Locale.ROOT), value));
                }
            }
        }
        return json;
    }

    /** Of the first run, by the prototype head, which is fair to every form. */
    private ChartDocument chart() {
        Measured first = measured.get(0);
        List<String> groups =
                first.groups().stream().map(group -> "group " + group).toList();
        Map<String, Form> names = new LinkedHashMap<>();
        names.put("own adapters", Form.OWN);
        names.put("group's adapter", Form.GROUP);
        names.put("all groups", Form.MERGED);
        names.put("frozen", Form.FROZEN);
        List<SeriesDocument> series = new ArrayList<>();
        names.forEach((name, form) -> series.add(new SeriesDocument(
                name,
                groups,
                first.groups().stream()
                        .map(group -> first.mean(member -> member.group() == group, HeadKind.PROTOTYPE, form))
                        .toList(),
                null,
                null)));
        return ChartDocument.of(
                "Groups against their members, order " + first.run().order() + ", prototype head",
                "bar",
                "",
                "mean accuracy on the members' tasks, the task known",
                "fraction",
                series);
    }

    private void write(String name, String content) {
        Outputs.file(out.resolve(name), true, file -> Files.writeString(file, content));
    }
}
