package ham.cli.train;

import ham.cli.console.Console;
import ham.cli.console.Usage;
import ham.cli.merge.HamOptions;
import ham.cli.merge.PeerOptions;
import ham.job.Job;
import ham.merge.head.HeadKind;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.record.MergeMode;
import ham.train.config.RunConfig;
import ham.train.config.RunConfigBuilder;
import ham.train.head.DriftRule;
import ham.train.head.HeadSettings;
import ham.train.head.RidgeRule;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.stream.StreamSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** How a stream of tasks is trained, the same for {@code train} and {@code demo}. */
public final class TrainOptions {
    /** What every command names itself. */
    private static final Set<String> OWN = Set.of("base", "data", "tasks");

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "ham",
            description = "ham, cat-pruned (ham with one group), sequential (one adapter trained on and on), linear,"
                    + " task-arithmetic, ties, dare, magmax, model-stock, tsv, iso-c, iso-cts, opcm, regmean (adapters trained alone and merged so), sd-lora (every earlier pair"
                    + " frozen with a scalar of its own), oracle (an adapter a task, the task known; gives no single"
                    + " model), joint (one adapter, all data at once), ranpac (the adapter of the first task, frozen then) or frozen (no adapter; the linear head is trained)"
                    + " (default: ${DEFAULT-VALUE}).")
    private String method;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "ham, cat-pruned: sequential (each task beside the groups before it) or independent (each"
                    + " alone, merged afterwards) (default: sequential).")
    private String mode;

    @Option(
            names = "--adapters",
            paramLabel = "RUN",
            description = "Take the adapters of this finished run, which trained each alone with the same options,"
                    + " instead of training them again.")
    private Path reused;

    @Option(
            names = "--head",
            paramLabel = "HEAD",
            defaultValue = "analytic",
            description = "The head that is exported: analytic, linear or prototype; the others are measured beside it"
                    + " (default: ${DEFAULT-VALUE}).")
    private String head;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of everything else that is drawn (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--projection",
            paramLabel = "M",
            description =
                    "Random features of the analytic head (default: ten times the model's width, rounded up to thousands,"
                            + " 2000 to 10,000: 2000 for 192, 8000 for 768).")
    private Integer projection;

    @Option(
            names = "--feature-blocks",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Heads read the mean tokens of so many last blocks beside the encoder's own feature; 2 to 4 help where"
                            + " data are far from what the base was trained on (default: ${DEFAULT-VALUE}).")
    private int featureBlocks;

    @Option(
            names = "--ridge",
            paramLabel = "RULE",
            defaultValue = "sum",
            description =
                    "Lambda of the analytic head: sum (least sum of the losses on the held-out images of all tasks so"
                            + " far), task (least loss on those of the present task) or a number, a multiple of the mean of G's"
                            + " diagonal for one image (default: ${DEFAULT-VALUE}).")
    private String ridge;

    @Option(
            names = "--drift",
            paramLabel = "RULE",
            defaultValue = "none",
            description =
                    "What the prototype and the analytic head do when joining moves features: none, linear (old statistics follow"
                            + " by a linear map, fitted on the present task's images)"
                            + " or states (statistics are made anew from those of what enters the tail;"
                            + " adapters must sit there, as for --replay) (default: ${DEFAULT-VALUE}).")
    private String drift;

    @Option(
            names = "--lr-decay",
            paramLabel = "F",
            defaultValue = "1",
            description = "Factor on --lr from each task to the next (default: ${DEFAULT-VALUE}).")
    private double rateDecay;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "auto",
            description =
                    "Arithmetic of training steps and features: fp32, bf16, fp16 (GPU only) or auto (bf16 on a GPU and on CPUs that"
                            + " multiply it, else fp32); the exported model is float32 (default: ${DEFAULT-VALUE}).")
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
    private StreamOptions streams;

    @Mixin
    private AdapterOptions adapters;

    @Mixin
    private HamOptions ham;

    @Mixin
    private PeerOptions peers;

    @Mixin
    private MeasuringOptions measuring;

    @Option(names = "--resume", description = "Go on with an unfinished run where it was stopped.")
    private boolean resume;

    @Option(names = "--force", description = "Replace an existing output, finished or not.")
    private boolean force;

    @Option(
            names = "--cache-images",
            paramLabel = "DIR",
            description =
                    "Keep resized images in this folder, so that neither this run nor a later one of the same data decodes them"
                            + " again (150 kB an image at 224 pixels).")
    private Path imageCache;

    @Option(
            names = "--keep-statistics",
            description =
                    "Keep the statistics of the heads in the finished run (8 M^2 bytes); without that they are deleted"
                            + " when the run is finished.")
    private boolean keepStatistics;

    /** Parameters of a run that were typed, by their names, but for base, data and tasks. */
    public static Map<String, String> typed(CommandSpec command) {
        Map<String, String> typed = new LinkedHashMap<>();
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            String name = option.longestName().substring(2);
            if (RunConfigBuilder.names().contains(name) && !OWN.contains(name)) {
                Object value = option.getValue();
                typed.put(
                        name,
                        value instanceof Boolean ? value.toString() : String.join(",", option.originalStringValues()));
            }
        }
        return typed;
    }

    /** Whether a run that is there is gone on with. */
    boolean resumes() {
        return resume;
    }

    /** The main job of a configuration, told on the console. */
    public Job job(Console console, RunConfig config, Path out) {
        Job.Builder job = Job.builder()
                .setConfig(config)
                .setOut(out)
                .optResume(resume)
                .optForce(force)
                .optKeepStatistics(keepStatistics)
                .optCommand(console.command())
                .optListener(new TrainingProgress(console, config));
        if (imageCache != null) {
            job.optImageCache(imageCache);
        }
        return job.build();
    }

    /** The configuration of a run; without a number of tasks it has ten, or one a class where there are fewer. */
    public RunConfig config(CommandSpec spec, Path base, Path data, OptionalInt tasks) {
        Usage.choose(spec, "--precision", precision, new String[] {"auto", "fp32", "bf16", "fp16"}, String::toString);
        LearningMethod learned =
                Usage.choose(spec, "--method", method, LearningMethod.values(), LearningMethod::optionName);
        HeadKind kind = Usage.choose(spec, "--head", head, HeadKind.values(), HeadKind::optionName);
        DriftRule driftRule = Usage.choose(spec, "--drift", drift, DriftRule.values(), DriftRule::optionName);
        Optional<MergeMode> chosenMode = Optional.ofNullable(mode)
                .map(name -> Usage.choose(spec, "--mode", name, MergeMode.values(), MergeMode::optionName));
        MergeChoices choices = ham.choices(spec).over(peers.choices(spec));
        if (learned.merging() == MergeMethod.DARE) {
            choices.put(MergeParameter.SEED, seed);
        }
        StreamSettings stream = streams.settings(spec, data, tasks);
        return Usage.check(
                spec,
                () -> new RunConfig(
                        base,
                        data,
                        LearningSettings.of(learned, chosenMode, choices, rateDecay),
                        new HeadSettings(
                                kind,
                                projection == null ? HeadSettings.usualProjection(base) : projection,
                                RidgeRule.parse(ridge),
                                driftRule,
                                featureBlocks),
                        stream,
                        streams.preprocessing().map(RunConfigBuilder::placed),
                        seed,
                        adapters.lora(spec),
                        adapters.recipe(spec),
                        measuring.settings(spec),
                        Optional.ofNullable(reused),
                        precision,
                        device,
                        threads));
    }
}
