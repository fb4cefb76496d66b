package ham.train.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.runtime.model.SessionSettings;
import ham.train.guard.MergeCandidate;
import ham.train.head.DriftRule;
import ham.train.head.HeadSettings;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.stream.StreamSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything that a run's result depends on, besides the machine. {@link #builder} has the defaults, {@link #toBuilder} varies
 * parts, and {@link #read} is the inverse of {@link #toJson}.
 *
 * @param base checkpoint folder
 * @param data data folder
 * @param learning the method
 * @param head which head is exported, and how heads are made
 * @param stream how the data become tasks
 * @param preprocessing {@code imagenet}, {@code half} or a file, instead of what the base says of how images are prepared
 * @param seed seed of everything that is drawn, but for the class order
 * @param lora where adapters sit and how large they are
 * @param recipe how a task is trained
 * @param measuring what is measured on the way
 * @param adapters a finished run whose adapters are taken instead of training them again
 * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}: arithmetic of training steps and features
 * @param device {@code auto}, {@code cpu} or {@code gpu:N}
 * @param threads threads of one operation, 0 for all cores
 */
public record RunConfig(
        Path base,
        Path data,
        LearningSettings learning,
        HeadSettings head,
        StreamSettings stream,
        Optional<String> preprocessing,
        long seed,
        LoraSettings lora,
        Recipe recipe,
        Measuring measuring,
        Optional<Path> adapters,
        String precision,
        String device,
        int threads) {
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|gpu:\\d{1,3}");
    private static final String RECORD = "run.json";
    private static final List<String> TRAINING = List.of(
            "preprocessing",
            "tasks",
            "initial-classes",
            "order",
            "train-images",
            "held-out",
            "on-bad-image",
            "seed",
            "targets",
            "blocks",
            "rank",
            "lora-alpha",
            "rslora",
            "init",
            "scalars",
            "precision",
            "epochs",
            "batch",
            "lr",
            "lr-decay",
            "head-lr",
            "feature-blocks",
            "alpha-lr",
            "crop-padding",
            "crop-scale",
            "flip",
            "replay",
            "replay-hold");

    /**
     * Checks what needs neither base nor data.
     *
     * @throws InputException naming the option
     */
    public RunConfig {
        if (!DEVICE.matcher(device).matches()) {
            throw InputException.parameter("device", "expected auto, cpu or gpu:N, found '" + device + "'");
        }
        if (measuring.search().isUsed() || measuring.searchData().isPresent()) {
            requireSearchable(learning, head, stream);
        }
        SessionSettings.refusal(threads).ifPresent(sentence -> {
            throw InputException.parameter("threads", sentence);
        });
        if (adapters.isPresent() && !learning.trainsAlone()) {
            throw InputException.parameter(
                    "adapters",
                    "expected a method whose adapters are trained alone (linear,"
                            + " task-arithmetic, ties, dare, oracle, or ham in mode independent), found "
                            + learning.method().optionName() + "; leave it out");
        }
        if (recipe.replay() > 0 && (learning.trainsAlone() || learning.method() == LearningMethod.JOINT)) {
            throw InputException.parameter(
                    "replay",
                    "expected a method that trains one task after the other upon what was learnt"
                            + " (ham, cat-pruned, sequential, sd-lora, frozen), found "
                            + learning.method().optionName() + " in mode "
                            + learning.mode().optionName() + "; leave it out");
        }
    }

    private static void requireSearchable(LearningSettings learning, HeadSettings head, StreamSettings stream) {
        if (!learning.method().joins() || learning.method() == LearningMethod.SD_LORA) {
            throw InputException.parameter(
                    "search",
                    "expected a method that merges adapters, found "
                            + learning.method().optionName() + "; leave it out");
        }
        if (head.kind() == HeadKind.LINEAR || head.drift() == DriftRule.STATES) {
            throw InputException.parameter(
                    "search",
                    "expected the analytic or the prototype head, without drift by states, which every merge can be given, found "
                            + (head.kind() == HeadKind.LINEAR ? "the linear one" : "drift states") + "; leave it out");
        }
        if (stream.sampling().heldOut().signum() == 0) {
            throw InputException.parameter(
                    "search", "expected examples that are held out to choose by, found held-out 0; hold some out");
        }
    }

    /**
     * The merges of the adapters that are compared with the run's own before one is deployed.
     *
     * @throws InputException naming the parameter, when a searched value fits no method
     */
    public List<MergeCandidate> searched() {
        return SearchCandidates.of(this);
    }

    /** Whether the merge, or one that is compared with it, is by the Gram matrices that adapters left. */
    public boolean usesGrams() {
        return learning.merging().usesGrams()
                || searched().stream()
                        .anyMatch(each -> each.learning().merging().usesGrams());
    }

    /** A configuration to be made; base and data are required. */
    public static RunConfigBuilder builder() {
        return new RunConfigBuilder();
    }

    /** HAM with the analytic head and every default. */
    public static RunConfig of(Path base, Path data, int tasks) {
        return builder().setBase(base).setData(data).optTasks(tasks).build();
    }

    /**
     * The configuration of a run that was made or begun before.
     *
     * @param run its folder, or its {@code run.json}
     * @throws InputException when there is no record, or it holds a parameter or a value that this release does not know
     */
    public static RunConfig read(Path run) {
        return readBuilder(run).build();
    }

    /** As {@link #read}, to be changed: base and data, for one, where they have moved since. */
    public static RunConfigBuilder readBuilder(Path run) {
        Path file = Files.isDirectory(run) ? run.resolve(RECORD) : run;
        return fromJson(file, JsonFiles.read(file, "the record of a run").path("configuration"));
    }

    /**
     * What {@link #toJson} gave.
     *
     * @param file where it was read, for messages
     */
    public static RunConfigBuilder fromJson(Path file, JsonNode configuration) {
        return ConfigBinding.read(configuration, file)
                .usuallyUnguarded()
                .forgetUnused()
                .forgetDerived();
    }

    /** The same configuration, to be changed; what follows from other parameters (the mode from the method) follows them. */
    public RunConfigBuilder toBuilder() {
        return filled().forgetUnused().forgetDerived();
    }

    private RunConfigBuilder filled() {
        RunConfigBuilder builder = builder()
                .setBase(base)
                .setData(data)
                .merging(learning)
                .optHeads(head)
                .optStream(stream)
                .optSeed(seed)
                .optLora(lora)
                .optRecipe(recipe)
                .optMeasuring(measuring)
                .optPrecision(precision)
                .optDevice(device)
                .optThreads(threads);
        adapters.ifPresent(builder::optAdapters);
        preprocessing.ifPresent(builder::optPreprocessing);
        return builder;
    }

    /** The configuration as {@code run.json} holds it, one key a parameter. */
    public ObjectNode toJson() {
        return ConfigBinding.json(filled());
    }

    /** Equal for configurations whose adapters, trained alone, are the same. */
    public List<Object> aloneTraining() {
        return List.of(base, data, trainingJson(), precision, learning.method().trainsAlpha());
    }

    /** The parameters on which an adapter that is trained alone depends. */
    public ObjectNode trainingJson() {
        return toJson().retain(TRAINING);
    }
}
