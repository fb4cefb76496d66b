package ham.bench.figures;

import ham.bench.program.MakeAdapters;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchFigure;
import ham.report.bench.BenchRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Serving 50 tasks of the small backbone in five ways, in one run. */
final class ServeFigures {
    private static final String ADAPTERS = "small";
    private static final String TASKS = "50";
    private static final Map<String, String> NAMES = Map.of(
            "per-task", "a session a task",
            "reload", "one session reloaded",
            "shared", "sessions that share weights",
            "adapters", "adapters switched");

    private ServeFigures() {}

    static List<Figure> measure(Workshop workshop, String minutes) throws IOException, InterruptedException {
        String base = workshop.home().resolve("testdata/backbone").toString();
        MakeAdapters.main(new String[] {workshop.at(ADAPTERS), TASKS, "6", "192", "16"});
        List<String> adapters = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(TASKS); i++) {
            adapters.add(workshop.at(ADAPTERS + "/" + MakeAdapters.name(i)));
        }
        List<String> merge = workshop.ham("merge", "--base", base, "--out", workshop.at("small-merged"));
        merge.addAll(adapters);
        workshop.run(merge);
        List<String> bench = workshop.ham("bench", "--base", base, "--merged", workshop.at("small-merged"));
        bench.add("--adapters");
        bench.addAll(adapters);
        bench.addAll(List.of("--tasks", TASKS, "--scenarios", "single-stream", "--minutes", minutes, "--threads", "1"));
        bench.addAll(List.of("--out", workshop.at("bench")));
        workshop.run(bench);
        List<BenchRow> rows =
                BenchDocument.read(workshop.path("bench/bench.json")).results();
        String command =
                "`./ham bench --base testdata/backbone --merged MERGED --adapters ADAPTERS/* --tasks 50 --scenarios single-stream`";
        return List.of(
                figure(
                        TASKS + " tasks served: resident memory; disk",
                        rows,
                        row -> String.format(Locale.ROOT, "%.0f; %.0f MB", row.residentMb(), row.diskMb()),
                        command),
                figure(
                        "a request that goes to another task, median",
                        rows,
                        row -> String.format(Locale.ROOT, "%.1f ms", row.figure(BenchFigure.P50)),
                        "the same"));
    }

    private static Figure figure(String name, List<BenchRow> rows, Function<BenchRow, String> value, String command) {
        return new Figure(
                name,
                rows.stream()
                        .filter(row -> row.strategy().equals("merged"))
                        .map(value)
                        .collect(Collectors.joining()),
                rows.stream()
                        .filter(row -> NAMES.containsKey(row.strategy()))
                        .map(row -> NAMES.get(row.strategy()) + " " + value.apply(row))
                        .collect(Collectors.joining(", ")),
                command);
    }
}
