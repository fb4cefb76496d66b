package ham.cli;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.ExportRecord;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.VitExporter;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.RunReport;
import ham.runtime.classify.Classifier;
import ham.runtime.model.SessionSettings;
import ham.train.eval.DeployedAccuracy;
import ham.train.run.EngineForward;
import ham.train.run.RunConfig;
import ham.train.run.RunFolder;
import ham.train.run.RunInputs;
import ham.train.run.RunRecord;
import ham.train.run.StreamTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The main job: train the stream, merge, export, compare the three forms, evaluate the exported file; all in one run folder. A method that
 * gives no single model is trained and measured only.
 */
final class Pipeline {
    static final String MODEL = "model.onnx";
    static final String EXPORT = "export.json";
    static final String EVALUATION = "evaluation.json";

    private final Console console;
    private final SessionSettings settings;

    Pipeline(Console console, int threads) {
        this.console = console;
        this.settings = new SessionSettings(threads);
    }

    /** Whether a run is there and complete. */
    static boolean isFinished(Path run) {
        return Files.exists(run.resolve(RunFolder.RECORD));
    }

    /** Does the job, or goes on with it. */
    void run(RunConfig config, Path out, boolean resume, boolean force) {
        Outputs.checkFolder(out, force, RunFolder.RECORD, List.of(config.base(), config.data()));
        RunInputs inputs = RunInputs.open(config);
        Map<String, String> environment = Environment.ofTraining(config);
        try (RunFolder folder = RunFolder.open(out, resume, force)) {
            StopHook hint = new StopHook(() -> interrupted(folder));
            try {
                TrainingProgress progress = new TrainingProgress(console, config);
                RunRecord.writeOrCheck(folder, inputs, environment, console.command())
                        .forEach(progress::warned);
                new StreamTrainer(inputs, progress).run(folder);
                if (config.learning().method().givesOneModel()) {
                    deploy(inputs, folder);
                } else {
                    console.stage(config.learning().method().optionName()
                            + " keeps an adapter a task and gives no single model: nothing is merged or exported");
                }
                folder.finish();
            } finally {
                hint.remove();
            }
        }
    }

    private void deploy(RunInputs inputs, RunFolder folder) {
        console.stage("exporting and comparing the three forms of the model");
        export(inputs, folder);
        console.stage("evaluating the exported model on the test images of all tasks");
        evaluate(inputs, folder);
        writeReport(folder.path());
    }

    private void interrupted(RunFolder folder) {
        int finished = folder.finishedTasks();
        console.stage(
                !folder.holdsWork()
                        ? "ham: interrupted before anything was saved; nothing is kept"
                        : "ham: interrupted after " + finished + " finished tasks, which are in " + folder.path()
                                + "; go on with --resume");
        folder.close();
    }

    private void export(RunInputs inputs, RunFolder folder) {
        Path model = folder.path(MODEL);
        RunConfig config = inputs.config();
        Merged merged = Merged.read(folder.path("merged"));
        try (EngineForward engine = new EngineForward(
                inputs.base(),
                merged.deltas(),
                merged.head().orElseThrow().head(),
                config.device(),
                config.threads())) {
            ExportRequest request = ExportRequest.builder().setBase(inputs.base()).setMerged(merged).setVersion(Version.current()).setOutput(model).setSettings(settings).optForce(true).optEngine((pixelValues, images) -> engine.logits(pixelValues)).build();
            ExportResult exported = VitExporter.export(request);
            write(
                    folder.path(EXPORT),
                    ExportRecord.of(exported).at(Path.of(MODEL), exported.bytes()).json());
        }
    }

    private void evaluate(RunInputs inputs, RunFolder folder) {
        List<List<String>> tasks = IntStream.range(0, inputs.stream().tasks())
                .mapToObj(inputs::classNames)
                .toList();
        try (Classifier classifier = Classifier.open(folder.path(MODEL), settings)) {
            DeployedAccuracy accuracy = EvalCommand.measure(console, classifier, inputs.data(), tasks);
            write(folder.path(EVALUATION), EvalCommand.json(accuracy));
        }
    }

    /** Writes {@code report.html} from the records in a run folder. */
    static void writeReport(Path run) {
        Path bench = run.resolve(RunText.BENCH);
        RunReport report = new RunReport(
                JsonFiles.read(run.resolve(RunFolder.RECORD), "the record of a run"),
                JsonFiles.read(run.resolve(RunFolder.METRICS), "the accuracies of a run"),
                JsonFiles.read(run.resolve("merged/merge.json"), "the record of a merge folder"),
                JsonFiles.read(run.resolve(EVALUATION), "the accuracy of an exported model"),
                JsonFiles.read(run.resolve(EXPORT), "the record of an export"),
                Files.exists(bench) ? JsonFiles.read(bench, "a serving comparison") : MissingNode.getInstance());
        Outputs.file(run.resolve("report.html"), true, file -> Files.writeString(file, report.html()));
    }

    private static void write(Path file, ObjectNode json) {
        Outputs.file(file, true, path -> JsonFiles.write(path, json));
    }
}
