package ham.job.experiment;

import ham.report.record.TableDocument;
import ham.train.experiment.ExperimentResults;
import ham.train.experiment.HeadFigures;
import ham.train.experiment.MeasuredRun;
import ham.train.experiment.MethodPairs;
import ham.train.experiment.Spread;
import ham.train.metrics.PairedComparison;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results of an experiment as a table: a row for every head and everything that is compared under it. */
final class ExperimentTable {
    private static final List<String> COLUMNS = List.of(
            "head",
            "method",
            "runs",
            "last (%)",
            "average incremental (%)",
            "forgetting (points)",
            "forgetting, last row included (points)",
            "training (s)",
            "merging (s)",
            "heads (s)",
            "trained parameters",
            "kept (MB)",
            "passes at inference",
            "commit");

    private static final List<String> PAIRED = List.of(
            "head",
            "method",
            "against",
            "difference (points)",
            "95 % interval",
            "only one right",
            "McNemar p",
            "images",
            "runs");

    private static final int SHORT = 9;
    private final ExperimentResults results;

    ExperimentTable(ExperimentResults results) {
        this.results = results;
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (String head : results.heads()) {
            for (String name : results.names()) {
                Spread last = results.spread(name, head, HeadFigures::last);
                if (last.count() > 0) {
                    rows.add(List.of(
                            head,
                            name,
                            String.valueOf(last.count()),
                            text(last, 100, 2),
                            text(results.spread(name, head, HeadFigures::averageIncremental), 100, 2),
                            text(results.spread(name, head, HeadFigures::forgetting), 100, 2),
                            text(results.spread(name, head, HeadFigures::forgettingWithLast), 100, 2),
                            text(results.spread(name, run -> run.seconds("training")), 1, 1),
                            text(results.spread(name, MeasuredRun::mergingSeconds), 1, 1),
                            text(results.spread(name, run -> run.seconds("heads")), 1, 1),
                            String.valueOf(results.of(name).get(0).trainedParameters()),
                            text(results.spread(name, run -> run.keptBytes() / 1e6), 1, 1),
                            "1",
                            commits(name)));
                }
            }
        }
        return rows;
    }

    /** Of ham, with which the runs of a name were made, as short as git shows them. */
    private String commits(String name) {
        return results.of(name).stream()
                .map(run -> run.commit().isEmpty() ? "-" : run.commit().substring(0, SHORT))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String text(Spread spread, double factor, int decimals) {
        if (spread.count() == 0) {
            return "-";
        }
        String number = "%." + decimals + "f";
        return String.format(Locale.ROOT, number, factor * spread.mean())
                + (spread.count() > 1 ? String.format(Locale.ROOT, " ± " + number, factor * spread.deviation()) : "");
    }

    /** For a terminal and for Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add(line(COLUMNS));
        lines.add(line(Collections.nCopies(COLUMNS.size(), "---")));
        rows().forEach(row -> lines.add(line(row)));
        List<List<String>> pairs = pairedRows();
        if (!pairs.isEmpty()) {
            lines.add("");
            lines.add(line(PAIRED));
            lines.add(line(Collections.nCopies(PAIRED.size(), "---")));
            pairs.forEach(row -> lines.add(line(row)));
        }
        return String.join("\n", lines);
    }

    private List<List<String>> pairedRows() {
        return MethodPairs.of(results).stream().map(ExperimentTable::row).toList();
    }

    private static List<String> row(MethodPairs.Pair pair) {
        PairedComparison each = pair.comparison();
        return List.of(
                pair.head(),
                pair.method(),
                pair.against(),
                String.format(Locale.ROOT, "%+.2f", 100 * each.difference()),
                String.format(Locale.ROOT, "%+.2f to %+.2f", 100 * each.low(), 100 * each.high()),
                each.onlyFirst() + " : " + each.onlySecond(),
                String.format(Locale.ROOT, "%.2g", each.p()),
                String.valueOf(each.images()),
                String.valueOf(each.runs()));
    }

    /** Methods two and two, for the report. */
    TableDocument paired() {
        return new TableDocument(PAIRED, pairedRows());
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    /** For the report. */
    TableDocument document() {
        return new TableDocument(COLUMNS, rows());
    }
}
