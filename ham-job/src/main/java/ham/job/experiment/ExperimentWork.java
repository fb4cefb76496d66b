package ham.job.experiment;

import ham.job.work.Environment;
import ham.job.work.StopHook;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.ExperimentReport;
import ham.report.record.ChartDocument;
import ham.report.record.ExperimentDocument;
import ham.train.experiment.Experiment;
import ham.train.experiment.ExperimentProgress;
import ham.train.experiment.ExperimentRecord;
import ham.train.experiment.ExperimentResults;
import ham.train.experiment.MeasuredRun;
import ham.train.experiment.MethodPairs;
import ham.train.experiment.PlannedRun;
import ham.train.run.RunProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Does an experiment, and writes what came out after every run. */
public final class ExperimentWork {
    /** What came out of all runs, in the experiment's folder. */
    public static final String RESULTS = "results.json";

    private final Path out;
    private final String kind;
    private final String description;
    private final List<String> command;
    private final ExperimentListener listener;
    private Map<String, String> environment = Map.of();

    /**
     * Prepares the work.
     *
     * @param out the experiment's folder
     * @param kind which experiment
     * @param description a sentence for the report
     * @param command what was typed to start it, for the record
     * @param listener who is told how it goes
     */
    public ExperimentWork(
            Path out, String kind, String description, List<String> command, ExperimentListener listener) {
        this.out = out;
        this.kind = kind;
        this.description = description;
        this.command = List.copyOf(command);
        this.listener = listener;
    }

    /** Does it, or goes on with it. */
    public ExperimentOutcome run(List<PlannedRun> runs) {
        refuseOther();
        environment = Environment.ofTraining(runs.get(0).config(), listener::stage);
        StopHook hint = new StopHook(() -> listener.interrupted(out));
        try {
            ExperimentResults finished = new ExperimentResults(
                    new Experiment(out.resolve("runs"), runs).run(environment, command, new Progress()));
            return new ExperimentOutcome(out, new ExperimentTable(finished).markdown(), record(finished));
        } finally {
            hint.remove();
        }
    }

    /** The folders of the runs, in parts of which each can be done at the same time, one part after the other. */
    public List<List<String>> waves(List<PlannedRun> runs) {
        refuseOther();
        return new Experiment(out.resolve("runs"), runs).waves();
    }

    /** Does one of the runs, or goes on with it, and writes nothing of the experiment as a whole. */
    public void runOne(List<PlannedRun> runs, String folder) {
        environment = Environment.ofTraining(runs.get(0).config(), listener::stage);
        new Experiment(out.resolve("runs"), runs).runOne(folder, environment, command, new Progress());
    }

    /** Writes what there is after every run. */
    private final class Progress implements ExperimentProgress {
        @Override
        public RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft) {
            return listener.begins(number, runs, run, secondsLeft);
        }

        @Override
        public void finished(List<MeasuredRun> soFar) {
            write(soFar);
        }
    }

    private void refuseOther() {
        Path file = out.resolve(RESULTS);
        if (Files.exists(file)) {
            String found = ExperimentRecord.read(file).experiment();
            if (!kind.equals(found)) {
                throw new InputException(
                        file,
                        "expected the results of the experiment " + kind + ", found those of " + found
                                + "; choose another folder");
            }
        } else if (Files.exists(out) && !Files.isDirectory(out.resolve("runs"))) {
            throw new InputException(
                    out,
                    "expected nothing or the folder of an experiment, found something else; choose another folder");
        }
    }

    private ExperimentRecord record(ExperimentResults measured) {
        return ExperimentRecord.of(kind, command, environment, measured);
    }

    private void write(List<MeasuredRun> soFar) {
        ExperimentResults measured = new ExperimentResults(soFar);
        List<ChartDocument> charts = new ExperimentCharts(measured).charts();
        ExperimentDocument page = new ExperimentDocument(
                "Experiment: " + kind,
                description,
                command,
                new LinkedHashMap<>(environment),
                new ExperimentTable(measured).document(),
                new ExperimentTable(measured).paired(),
                charts,
                ExperimentCharts.notes());
        write(RESULTS, JsonFiles.pretty(record(measured).json()) + "\n");
        write("results.csv", measured.csv());
        write("anytime.csv", measured.anyTimeCsv());
        write("paired.csv", MethodPairs.csv(MethodPairs.of(measured)));
        write("report.html", new ExperimentReport(page).html());
        charts.forEach(chart -> write("charts/" + fileName(chart.title()), ExperimentReport.svg(chart)));
    }

    private static String fileName(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "") + ".svg";
    }

    private void write(String name, String content) {
        Outputs.file(out.resolve(name), true, file -> Files.writeString(file, content));
    }
}
