package ham.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.job.experiment.ExperimentCharts;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.ExperimentReport;
import ham.train.experiment.Experiment;
import ham.train.experiment.ExperimentProgress;
import ham.train.experiment.ExperimentResults;
import ham.train.experiment.MeasuredRun;
import ham.train.experiment.PlannedRun;
import ham.train.run.RunProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** Does an experiment, and writes what came out after every run. */
final class ExperimentWork implements ExperimentProgress {
    static final String RESULTS = "results.json";

    private final Console console;
    private final String kind;
    private final String description;
    private Path out;
    private Map<String, String> environment = Map.of();
    private final Set<String> warned = new HashSet<>();
    private ObjectNode results = JsonFiles.object();

    /**
     * Prepares the work.
     *
     * @param kind which experiment
     * @param description a sentence for the report
     */
    ExperimentWork(Console console, String kind, String description) {
        this.console = console;
        this.kind = kind;
        this.description = description;
    }

    /** Does it, or goes on with it. */
    void run(Path folder, List<PlannedRun> runs) {
        out = folder;
        refuseOther();
        environment = Environment.ofTraining(runs.get(0).config());
        StopHook hint = new StopHook(() -> console.stage("ham: interrupted; the same command goes on with " + out));
        ExperimentResults finished;
        try {
            finished = new ExperimentResults(
                    new Experiment(out.resolve("runs"), runs).run(environment, console.command(), this));
        } finally {
            hint.remove();
        }
        console.result(
                new ExperimentTable(finished).markdown() + "\n\n" + out.resolve("report.html") + " has the charts.",
                results);
    }

    private void refuseOther() {
        Path file = out.resolve(RESULTS);
        if (Files.exists(file)) {
            String found = JsonFiles.read(file, "the results of an experiment")
                    .path("experiment")
                    .asText();
            if (!found.equals(kind)) {
                throw new InputException(
                        file,
                        "expected the results of the experiment " + kind + ", found those of " + found
                                + "; choose another --out");
            }
        } else if (Files.exists(out) && !Files.isDirectory(out.resolve("runs"))) {
            throw new InputException(
                    out, "expected nothing or the folder of an experiment, found something else; choose another --out");
        }
    }

    @Override
    public RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft) {
        console.stage("run " + number + " of " + runs + ": " + run.name() + ", order " + run.order()
                + (secondsLeft.isPresent() ? ", about " + time(secondsLeft.getAsDouble()) + " left" : ""));
        return new TrainingProgress(console, run.config(), warned);
    }

    private static String time(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes < 1) {
            return Math.round(seconds) + " s";
        }
        return minutes < 60
                ? minutes + " min"
                : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
    }

    @Override
    public void finished(List<MeasuredRun> soFar) {
        ExperimentResults measured = new ExperimentResults(soFar);
        results = JsonFiles.object().put("experiment", kind);
        results.set("command", JsonFiles.tree(console.command()));
        results.set("environment", JsonFiles.tree(environment));
        results.setAll(measured.json());
        ObjectNode record = new ExperimentCharts(measured).record();
        record.put("title", "Experiment: " + kind).put("description", description);
        record.set("command", results.path("command"));
        record.set("environment", results.path("environment"));
        record.set("table", new ExperimentTable(measured).json());
        write(RESULTS, JsonFiles.pretty(results) + "\n");
        write("results.csv", measured.csv());
        write("anytime.csv", measured.anyTimeCsv());
        write("report.html", new ExperimentReport(record).html());
        for (JsonNode chart : record.path("charts")) {
            write("charts/" + fileName(chart.path("title").asText()), ExperimentReport.svg(chart));
        }
    }

    private static String fileName(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "") + ".svg";
    }

    private void write(String name, String content) {
        Outputs.file(out.resolve(name), true, file -> Files.writeString(file, content));
    }
}
