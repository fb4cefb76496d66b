package ham.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.bench.ServingRequest;
import ham.bench.ServingSource;
import ham.cli.bench.BenchCommand;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.FreshFolder;
import ham.cli.train.RunText;
import ham.cli.train.TrainOptions;
import ham.job.Job;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.SessionSettings;
import ham.train.config.RunConfig;
import ham.train.data.ImageSet;
import ham.train.data.TextSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** {@code ham demo}: the main job on the test data that comes with ham. */
@Command(
        name = "demo",
        description =
                "Runs the main job on the data that comes with ham: five tasks of two classes of Fashion-MNIST, one"
                        + " merged ONNX model, measured against one model a task.",
        defaultValueProvider = DemoCommand.Defaults.class)
public final class DemoCommand implements Callable<Integer> {
    private static final int TASKS = 5;

    @Mixin
    private Console console;

    @Option(
            names = "--out",
            paramLabel = "RUN",
            description =
                    "The run folder to write (default: a fresh folder runs/demo-TIME, which is named at the end).")
    private Path out;

    @Option(
            names = "--text",
            description =
                    "The same on texts: five tasks of four intents of Banking77, MiniLM from Maven Central (83 MB, fetched once), the merge baked"
                            + " into the file that Maven serves.")
    private boolean text;

    @Mixin
    private TrainOptions train;

    @Override
    public Integer call() {
        long started = System.nanoTime();
        Path home = Path.of(System.getProperty("ham.home", "."));
        Path testdata = home.resolve("testdata");
        if (!Files.isDirectory(testdata)) {
            throw new InputException(testdata, "expected ham's test data, found nothing; start the demo by ./ham demo");
        }
        Path run = out != null ? out : FreshFolder.in(home.resolve("runs"), text ? "demo-text" : "demo");
        if (text) {
            return texts(testdata.resolve("banking77"), run, started);
        }
        RunConfig config = train.config(
                console.spec(), testdata.resolve("backbone"), testdata.resolve("fashion-mnist"), OptionalInt.of(TASKS));
        OnnxRuntime.shareThreads(config.threads());
        train.job(console, config, run).run();
        ObjectNode bench = BenchCommand.measure(
                        console,
                        ServingSource.ofRun(run, Optional.of(config.base())),
                        ServingRequest.brief(TASKS, new SessionSettings(config.threads()), Duration.ofSeconds(10)))
                .document()
                .json();
        Outputs.file(run.resolve(Job.BENCH), true, file -> JsonFiles.write(file, bench));
        Job.writeReport(run);
        RunText summary = RunText.read(run);
        ObjectNode json = summary.json();
        double seconds = (System.nanoTime() - started) / 1e9;
        json.put("seconds", seconds);
        console.result(summary.text() + RunText.whereToLook(run, seconds, ImageSet.KIND), json);
        return ExitCode.DONE;
    }

    private int texts(Path data, Path run, long started) {
        TextDemo demo = TextDemo.open(console);
        RunConfig config = train.config(console.spec(), demo.checkpoint(), data, OptionalInt.of(TASKS));
        OnnxRuntime.shareThreads(config.threads());
        train.job(console, config, run).run();
        TextDemo.Served served = demo.serve(run, data, new SessionSettings(config.threads()));
        RunText summary = RunText.read(run);
        ObjectNode json = summary.json();
        double seconds = (System.nanoTime() - started) / 1e9;
        json.put("seconds", seconds);
        json.set("baked", served.json());
        console.result(summary.text() + served.text() + RunText.whereToLook(run, seconds, TextSet.KIND), json);
        return ExitCode.DONE;
    }

    /**
     * Where the demo's defaults differ: half of the training images, for somebody waits for it; and a gentle adapter rate, which keeps old
     * features where the analytic head learnt them.
     */
    static final class Defaults implements IDefaultValueProvider {
        private static final Map<String, String> OWN = Map.of("--lr", "1e-4", "--train-images", "150");

        @Override
        public String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option ? OWN.get(option.longestName()) : null;
        }
    }
}
