package ham.cli;

import ham.merge.checkpoint.Target;
import ham.merge.head.HeadKind;
import ham.train.data.DataSpec;
import ham.train.input.Augmentation;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.run.RunConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a stream of tasks is trained, the same for {@code train} and {@code demo}. */
final class TrainOptions {
    private static final int DEFAULT_TASKS = 10;

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ham",
            description = "Only ham so far (default: ${DEFAULT-VALUE}).")
    private String method;

    @Option(
            names = "--head",
            paramLabel = "HEAD",
            defaultValue = "analytic",
            description = "The head that is exported: analytic, linear or prototype; the others are measured beside it"
                    + " (default: ${DEFAULT-VALUE}).")
    private String head;

    @Option(
            names = "--order",
            paramLabel = "SEED",
            defaultValue = "1993",
            description = "Class order: NumPy's permutation of this seed, or 'natural' (default: ${DEFAULT-VALUE}).")
    private String order;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of everything else that is drawn (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "16",
            description = "LoRA rank; lora_alpha is the same, so the scaling is 1 (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--targets",
            paramLabel = "LAYER,...",
            split = ",",
            defaultValue = "query,value",
            description = "Adapted layers of every block: query, key, value, attention_output, fc1, fc2"
                    + " (default: ${DEFAULT-VALUE}).")
    private List<String> targets;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "3",
            description = "Passes over a task's images (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "64",
            description = "Images a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            defaultValue = "3e-4",
            description = "Adam's learning rate of A and B (default: ${DEFAULT-VALUE}).")
    private double adapterRate;

    @Option(
            names = "--head-lr",
            paramLabel = "RATE",
            defaultValue = "5e-3",
            description = "Adam's learning rate of the linear head (default: ${DEFAULT-VALUE}).")
    private double headRate;

    @Option(
            names = "--alpha-lr",
            paramLabel = "RATE",
            defaultValue = "1e-3",
            description = "Adam's learning rate of the importance scalars (default: ${DEFAULT-VALUE}).")
    private double alphaRate;

    @Option(
            names = "--crop-padding",
            paramLabel = "PIXELS",
            defaultValue = "4",
            description = "Random crop after padding each side by this; 0 for none (default: ${DEFAULT-VALUE}).")
    private int cropPadding;

    @Option(
            names = "--flip",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Mirror half of the training images (default: ${DEFAULT-VALUE}).")
    private boolean flip;

    @Option(
            names = "--projection",
            paramLabel = "M",
            defaultValue = "2000",
            description = "Random features of the analytic head (default: ${DEFAULT-VALUE}).")
    private int projection;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "auto",
            description = "Arithmetic of the training step: auto or fp32, which are the same so far"
                    + " (default: ${DEFAULT-VALUE}).")
    private String precision;

    @Option(
            names = "--device",
            paramLabel = "D",
            defaultValue = "auto",
            description = "auto (a GPU if there is one), cpu or gpu:N (default: ${DEFAULT-VALUE}).")
    private String device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of one operation, 0 for all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Mixin
    private HamOptions ham;

    @Option(names = "--resume", description = "Go on with an unfinished run after its last finished task.")
    private boolean resume;

    @Option(names = "--force", description = "Replace an existing output, finished or not.")
    private boolean force;

    /** Whether an unfinished run is gone on with. */
    boolean resume() {
        return resume;
    }

    /** Whether an existing output is replaced. */
    boolean force() {
        return force;
    }

    /** The configuration of a run; without a number of tasks it has ten, or one a class where there are fewer. */
    RunConfig config(CommandSpec spec, Path base, Path data, OptionalInt tasks) {
        Usage.choose(spec, "--method", method, new String[] {"ham"}, String::toString);
        Usage.choose(spec, "--precision", precision, new String[] {"auto", "fp32"}, String::toString);
        HeadKind kind = Usage.choose(spec, "--head", head, HeadKind.values(), HeadKind::optionName);
        Set<Target> layers = EnumSet.noneOf(Target.class);
        for (String name : targets) {
            layers.add(Usage.choose(spec, "--targets", name, Target.values(), Target::optionName));
        }
        OptionalLong orderSeed = orderSeed(spec);
        int count = tasks.orElseGet(() -> defaultTasks(data));
        return Usage.check(
                spec,
                () -> new RunConfig(
                        base,
                        data,
                        kind,
                        count,
                        orderSeed,
                        seed,
                        LoraSettings.of(layers, rank),
                        new Recipe(
                                epochs, batch, adapterRate, headRate, alphaRate, new Augmentation(cropPadding, flip)),
                        ham.parameters(spec),
                        projection,
                        device,
                        threads));
    }

    private static int defaultTasks(Path data) {
        return Math.min(DEFAULT_TASKS, DataSpec.open(data).classNames().size());
    }

    private OptionalLong orderSeed(CommandSpec spec) {
        if (order.equals("natural")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(order));
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(), "--order: expected a seed or 'natural', found '" + order + "'", e);
        }
    }
}
