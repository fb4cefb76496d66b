package ham.cli.train;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.train.config.RunConfig;
import ham.train.config.RunConfigBuilder;
import ham.train.run.RecordedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

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
            description = "Hugging Face or timm ViT: config.json and model.safetensors (or its shards).")
    private Path base;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            description = "Data folder: CIFAR-100 binary, IDX (MNIST family), or train/CLASS/* and test/CLASS/*.")
    private Path data;

    @Option(
            names = "--out",
            paramLabel = "RUN",
            description = "The run folder to write (default with --again: that run's name and '-again').")
    private Path out;

    @Option(
            names = "--again",
            paramLabel = "RUN",
            description =
                    "Make this run again from its run.json: base, data and options are its own, but for those that"
                            + " are given beside it.")
    private Path again;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "Number of tasks (default: 10, or one a class where there are fewer classes).")
    private Integer tasks;

    @Mixin
    private PresetOption presets;

    @Mixin
    private TrainOptions train;

    @Override
    public Integer call() {
        RunConfig config = again == null ? told() : again();
        train.job(console, config, out).run();
        RunText summary = RunText.read(out);
        console.result(summary.text(), summary.json());
        return ExitCode.DONE;
    }

    private RunConfig told() {
        require("--base", base);
        require("--data", data);
        require("--out", out);
        RunConfig config = presets.preset(console.spec())
                .map(preset -> Usage.check(console.spec(), () -> over(preset.builder(base, data))))
                .orElseGet(() -> train.config(console.spec(), base, data, tasks()));
        return train.resumes() ? asBegun(config) : config;
    }

    /** The same as the run of this folder was begun, where its record is too old to say so and nothing is typed. */
    private RunConfig asBegun(RunConfig config) {
        Map<String, String> lacking = new LinkedHashMap<>(RecordedRun.lacking(out));
        lacking.keySet().removeAll(TrainOptions.typed(console.spec()).keySet());
        return lacking.isEmpty() ? config : config.toBuilder().opt(lacking).build();
    }

    private void require(String option, Path value) {
        if (value == null) {
            throw new ParameterException(
                    console.spec().commandLine(), "Missing required option: '" + option + "'; give it, or --again RUN");
        }
    }

    private RunConfig again() {
        if (presets.isNamed()) {
            throw new ParameterException(
                    console.spec().commandLine(),
                    "--preset: expected a run that begins with a setting, found --again, whose options are that run's; leave one out");
        }
        RunConfigBuilder run = RunConfig.readBuilder(again);
        if (out == null) {
            Path folder = (Files.isDirectory(again)
                            ? again
                            : again.toAbsolutePath().getParent())
                    .toAbsolutePath()
                    .normalize();
            out = folder.resolveSibling(folder.getFileName() + "-again");
        }
        return Usage.check(console.spec(), () -> {
            if (base != null) {
                run.setBase(base);
            }
            if (data != null) {
                run.setData(data);
            }
            return over(run);
        });
    }

    /** What was typed, over a configuration. */
    private RunConfig over(RunConfigBuilder run) {
        if (tasks != null) {
            run.optTasks(tasks);
        }
        return run.opt(TrainOptions.typed(console.spec())).build();
    }

    private OptionalInt tasks() {
        return tasks == null ? OptionalInt.empty() : OptionalInt.of(tasks);
    }
}
