package ham.cli.train;

import ham.cli.console.ExitCode;
import ham.cli.console.Console;
import ham.train.run.RunConfig;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham train}: from a checkpoint and a stream of tasks to a run folder with one merged ONNX model. */
@Command(
        name = "train",
        description =
                "Learns a stream of tasks by ham or a method that it is compared with, and exports one ONNX model with everything that made it.")
public final class TrainCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            required = true,
            description = "Hugging Face or timm ViT: config.json and model.safetensors (or its shards).")
    private Path base;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            required = true,
            description = "Data folder: CIFAR-100 binary, IDX (MNIST family), or train/CLASS/* and test/CLASS/*.")
    private Path data;

    @Option(names = "--out", paramLabel = "RUN", required = true, description = "The run folder to write.")
    private Path out;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Number of tasks (default: 10, or one a class where there are fewer classes).")
    private Integer tasks;

    @Mixin
    private TrainOptions train;

    @Override
    public Integer call() {
        RunConfig config = train.config(console.spec(), base, data, tasks());
        train.job(console, config, out).run();
        RunText summary = RunText.read(out);
        console.result(summary.text(), summary.json());
        return ExitCode.DONE;
    }

    private OptionalInt tasks() {
        return tasks == null ? OptionalInt.empty() : OptionalInt.of(tasks);
    }
}
