package ham.train.config;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.head.HeadKind;
import ham.merge.join.Join;
import ham.merge.method.SignRule;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.runtime.preprocess.PreprocessingChoice;
import ham.train.data.BadImages;
import ham.train.feature.GramRule;
import ham.train.guard.GuardRule;
import ham.train.guard.SearchRule;
import ham.train.head.DriftRule;
import ham.train.head.HeadSettings;
import ham.train.head.RidgeRule;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.ScalarScope;
import ham.train.stream.Arrival;
import ham.train.stream.StreamSettings;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a {@link RunConfig}: base and data are required, everything else has a default. It is bound to the {@code configuration} of
 * {@code run.json}: a field is a key, in kebab case. What is null was not chosen, and becomes the default of the method, the rank or the data
 * that are chosen at the end. Not thread-safe.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE,
        setterVisibility = JsonAutoDetect.Visibility.NONE)
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class RunConfigBuilder {
    private static final String NO_DATA = "none";

    LearningMethod method;
    MergeMode mode;
    private String base;
    private String data;

    @JsonInclude(JsonInclude.Include.ALWAYS)
    private String adapters;

    private HeadKind head;
    Integer tasks;
    Integer initialClasses;
    String order;
    Integer trainImages;
    BigDecimal heldOut;
    BadImages onBadImage;

    @JsonInclude(JsonInclude.Include.ALWAYS)
    private String preprocessing;

    Long seed;
    List<Target> targets;
    BlockNumbers blocks;
    Integer rank;
    Double loraAlpha;
    Boolean rslora;
    Initialisation init;
    ScalarScope scalars;
    private String precision;
    Integer epochs;
    Integer batch;
    Double lr;
    Double lrDecay;
    Double headLr;
    Double alphaLr;
    Integer cropPadding;
    Double cropScale;
    Boolean flip;
    Integer replay;
    Double replayHold;
    BigDecimal keep;
    Double tau;
    Integer groups;
    Join join;
    Combine combine;
    Measure similarity;
    BigDecimal density;
    Double scale;
    SignRule sign;
    private Integer projection;
    private String ridge;
    private DriftRule drift;
    private Integer featureBlocks;
    Boolean frozen;
    Integer anyTimeImages;
    Double rigidBelow;
    Double transferDrop;
    String guard;
    String gram;
    String search;
    String searchData;
    private String device;
    private Integer threads;

    RunConfigBuilder() {}

    /** Way to learn; ham unless said. */
    public RunConfigBuilder optMethod(LearningMethod value) {
        method = value;
        return this;
    }

    /** Whether tasks are trained one upon the other or alone; the method's usual one unless said. */
    public RunConfigBuilder optMode(MergeMode value) {
        mode = value;
        return this;
    }

    /** Checkpoint folder. */
    public RunConfigBuilder setBase(Path value) {
        base = absolute(value);
        return this;
    }

    /** Data folder. */
    public RunConfigBuilder setData(Path value) {
        data = absolute(value);
        return this;
    }

    /** A finished run whose adapters are taken instead of training them again. */
    public RunConfigBuilder optAdapters(Path value) {
        adapters = absolute(value);
        return this;
    }

    /** The head that is exported; analytic unless said. */
    public RunConfigBuilder optHead(HeadKind value) {
        head = value;
        return this;
    }

    /** Number of tasks; ten, or one a class where there are fewer, unless said. */
    public RunConfigBuilder optTasks(int value) {
        tasks = value;
        return this;
    }

    /** Classes of the first task; as many as the others have unless said. */
    public RunConfigBuilder optInitialClasses(int value) {
        initialClasses = value;
        return this;
    }

    /** Class order; 1993 unless said. */
    public RunConfigBuilder optOrder(Arrival value) {
        order = value.optionName();
        return this;
    }

    /** Most training images of a class, 0 for all. */
    public RunConfigBuilder optTrainImages(int value) {
        trainImages = value;
        return this;
    }

    /** Fraction of a class's images that is held out. */
    public RunConfigBuilder optHeldOut(BigDecimal value) {
        heldOut = value;
        return this;
    }

    /** What happens with images that cannot be decoded. */
    public RunConfigBuilder optOnBadImage(BadImages value) {
        onBadImage = value;
        return this;
    }

    /** Seed of everything else that is drawn. */
    public RunConfigBuilder optSeed(long value) {
        seed = value;
        return this;
    }

    /** Adapted layers of a block; query and value unless said. */
    public RunConfigBuilder optTargets(Set<Target> value) {
        targets = List.copyOf(value);
        return this;
    }

    /** Adapted blocks, from 0; all unless said. */
    public RunConfigBuilder optBlocks(List<Integer> value) {
        blocks = new BlockNumbers(value);
        return this;
    }

    /** LoRA rank r; 16 unless said. */
    public RunConfigBuilder optRank(int value) {
        rank = value;
        return this;
    }

    /** PEFT's {@code lora_alpha}; r unless said. */
    public RunConfigBuilder optLoraAlpha(double value) {
        loraAlpha = value;
        return this;
    }

    /** Whether the scaling is {@code lora_alpha / sqrt(r)}. */
    public RunConfigBuilder optRslora(boolean value) {
        rslora = value;
        return this;
    }

    /** Where A begins. */
    public RunConfigBuilder optInit(Initialisation value) {
        init = value;
        return this;
    }

    /** What one importance scalar weighs. */
    public RunConfigBuilder optScalars(ScalarScope value) {
        scalars = value;
        return this;
    }

    /** Arithmetic: auto, fp32, bf16 or fp16. */
    public RunConfigBuilder optPrecision(String value) {
        precision = value;
        return this;
    }

    /** Passes over a task's images. */
    public RunConfigBuilder optEpochs(int value) {
        epochs = value;
        return this;
    }

    /** Images a step. */
    public RunConfigBuilder optBatch(int value) {
        batch = value;
        return this;
    }

    /** Learning rate of A and B. */
    public RunConfigBuilder optLr(double value) {
        lr = value;
        return this;
    }

    /** Factor on that rate from task to task. */
    public RunConfigBuilder optLrDecay(double value) {
        lrDecay = value;
        return this;
    }

    /** Learning rate of the linear head. */
    public RunConfigBuilder optHeadLr(double value) {
        headLr = value;
        return this;
    }

    /** Learning rate of the importance scalars. */
    public RunConfigBuilder optAlphaLr(double value) {
        alphaLr = value;
        return this;
    }

    /** Pixels on every side before the random crop. */
    public RunConfigBuilder optCropPadding(int value) {
        cropPadding = value;
        return this;
    }

    /** Whether half of the training images are mirrored. */
    public RunConfigBuilder optFlip(boolean value) {
        flip = value;
        return this;
    }

    /** Features of earlier classes drawn for every step. */
    public RunConfigBuilder optReplay(int value) {
        replay = value;
        return this;
    }

    /** Weight of the distance that replayed features move. */
    public RunConfigBuilder optReplayHold(double value) {
        replayHold = value;
        return this;
    }

    /** ham: fraction that pruning keeps. */
    public RunConfigBuilder optKeep(BigDecimal value) {
        keep = value;
        return this;
    }

    /** ham: least similarity with which an adapter joins a group. */
    public RunConfigBuilder optTau(double value) {
        tau = value;
        return this;
    }

    /** ham: most groups. */
    public RunConfigBuilder optGroups(int value) {
        groups = value;
        return this;
    }

    /** ham: how a group's scalar changes. */
    public RunConfigBuilder optJoin(Join value) {
        join = value;
        return this;
    }

    /** ham: how groups add up. */
    public RunConfigBuilder optCombine(Combine value) {
        combine = value;
        return this;
    }

    /** ham: what is compared. */
    public RunConfigBuilder optSimilarity(Measure value) {
        similarity = value;
        return this;
    }

    /** ties, dare: fraction of a delta that is kept. */
    public RunConfigBuilder optDensity(BigDecimal value) {
        density = value;
        return this;
    }

    /** task-arithmetic, ties: factor on the result. */
    public RunConfigBuilder optScale(double value) {
        scale = value;
        return this;
    }

    /** ties, dare: how signs are elected. */
    public RunConfigBuilder optSign(SignRule value) {
        sign = value;
        return this;
    }

    /** M, random features of the analytic head. */
    public RunConfigBuilder optProjection(int value) {
        projection = value;
        return this;
    }

    /** How the analytic head's lambda is chosen. */
    public RunConfigBuilder optRidge(RidgeRule value) {
        ridge = value.optionName();
        return this;
    }

    /** Of how many of the last blocks heads read a vector each beside the encoder's own feature. */
    public RunConfigBuilder optFeatureBlocks(int value) {
        featureBlocks = value;
        return this;
    }

    /** What heads do about features that move. */
    public RunConfigBuilder optDrift(DriftRule value) {
        drift = value;
        return this;
    }

    /** Whether the frozen backbone is measured beside the method. */
    public RunConfigBuilder optFrozen(boolean value) {
        frozen = value;
        return this;
    }

    /** Test images of a class before the last row of R, 0 for all. */
    public RunConfigBuilder optAnyTimeImages(int value) {
        anyTimeImages = value;
        return this;
    }

    /** Fraction of a group's scalar below which is warned. */
    public RunConfigBuilder optRigidBelow(double value) {
        rigidBelow = value;
        return this;
    }

    /** Loss by joining above which is warned. */
    public RunConfigBuilder optTransferDrop(double value) {
        transferDrop = value;
        return this;
    }

    /** Which parts of the merged delta are compared on held-out images. */
    public RunConfigBuilder optGuard(GuardRule value) {
        guard = value.optionName();
        return this;
    }

    /** What of the Gram matrices of its layers' inputs an adapter leaves. */
    public RunConfigBuilder optGram(GramRule value) {
        gram = value.optionName();
        return this;
    }

    /** Which merges of the adapters are compared on held-out images. */
    public RunConfigBuilder optSearch(SearchRule value) {
        search = value.optionName();
        return this;
    }

    /** Examples without labels by which a merge is chosen. */
    public RunConfigBuilder optSearchData(Path value) {
        searchData = absolute(value);
        return this;
    }

    Optional<Path> searchData() {
        return Optional.ofNullable(searchData)
                .filter(data -> !data.equals(NO_DATA))
                .map(data -> Path.of(absolute(Path.of(data))));
    }

    /** As a record has it. */
    static String name(Optional<Path> data) {
        return data.map(RunConfigBuilder::absolute).orElse(NO_DATA);
    }

    /** Not guarded unless something was said: how runs were made before there was a guard, and how methods are compared. */
    public RunConfigBuilder usuallyUnguarded() {
        guard = or(guard, GuardRule.OFF.optionName());
        return this;
    }

    /** {@code imagenet}, {@code half} or a file that says how images are prepared; what the base says unless said. */
    public RunConfigBuilder optPreprocessing(String value) {
        preprocessing = placed(value);
        return this;
    }

    /** auto, cpu or gpu:N. */
    public RunConfigBuilder optDevice(String value) {
        device = value;
        return this;
    }

    /** Threads of one operation, 0 for all cores. */
    public RunConfigBuilder optThreads(int value) {
        threads = value;
        return this;
    }

    /** All settings of the method, without parameters of merging that it does not use. */
    public RunConfigBuilder optLearning(LearningSettings settings) {
        merging(settings);
        return forgetUnused();
    }

    /** All settings of the method, as a record has them: those of ham, or those of every other method. */
    RunConfigBuilder merging(LearningSettings settings) {
        MergeFields.fill(this, settings);
        return this;
    }

    /** All settings of the heads. */
    public RunConfigBuilder optHeads(HeadSettings settings) {
        return optHead(settings.kind())
                .optProjection(settings.projectionWidth())
                .optRidge(settings.ridge())
                .optDrift(settings.drift())
                .optFeatureBlocks(settings.featureBlocks());
    }

    /** All settings of the stream. */
    public RunConfigBuilder optStream(StreamSettings settings) {
        return StreamFields.fill(this, settings);
    }

    /** All settings of the adapters. */
    public RunConfigBuilder optLora(LoraSettings settings) {
        return LoraFields.fill(this, settings);
    }

    /** How a task is trained. */
    public RunConfigBuilder optRecipe(Recipe recipe) {
        return RecipeFields.fill(this, recipe);
    }

    /** What is measured. */
    public RunConfigBuilder optMeasuring(Measuring measuring) {
        return RecipeFields.fill(this, measuring);
    }

    /**
     * A parameter by its name in {@code run.json}, as somebody typed it: {@code keep} and {@code 0.5}, {@code targets} and
     * {@code query,value}, {@code flip} and {@code false}.
     *
     * @throws InputException naming the parameter, when there is none of that name or the value is none of its values
     */
    public RunConfigBuilder opt(String name, String text) {
        ConfigBinding.set(this, name, text);
        return this;
    }

    /** As {@link #opt(String, String)}, several. */
    public RunConfigBuilder opt(Map<String, String> values) {
        values.forEach(this::opt);
        return this;
    }

    /** Another method: forgets the mode, and what of the merge was chosen that the method does not use. */
    public RunConfigBuilder forMethod(LearningMethod other) {
        method = other;
        mode = null;
        if (other == LearningMethod.CAT_PRUNED) {
            groups = null;
        }
        return forgetUnused();
    }

    /** The same choices in a builder of its own. */
    public RunConfigBuilder copy() {
        return ConfigBinding.copy(this);
    }

    /** Names of all parameters, as {@code run.json} has them. */
    public static Set<String> names() {
        return ConfigBinding.names();
    }

    /** Forgets parameters of merging that the method does not use; a record has them. */
    RunConfigBuilder forgetUnused() {
        MergeFields.forgetUnused(this);
        return this;
    }

    /** Forgets what follows from other choices, so that it follows from those that are made next. */
    RunConfigBuilder forgetDerived() {
        LearningMethod of = or(method, LearningMethod.HAM);
        mode = mode == of.usualMode() ? null : mode;
        loraAlpha = rank != null && loraAlpha != null && loraAlpha == rank.doubleValue() ? null : loraAlpha;
        groups = of == LearningMethod.CAT_PRUNED ? null : groups;
        sign = sign == MergeSettings.of(of.merging()).peers().sign() ? null : sign;
        return this;
    }

    /**
     * The configuration.
     *
     * @throws InputException naming a parameter that is missing, out of its range, or not used by the method
     */
    public RunConfig build() {
        Path dataFolder = required("data", data);
        Path baseFolder = required("base", base);
        HeadSettings heads = HeadSettings.DEFAULT;
        return new RunConfig(
                baseFolder,
                dataFolder,
                MergeFields.learning(this),
                new HeadSettings(
                        or(head, heads.kind()),
                        projection == null ? HeadSettings.usualProjection(baseFolder) : projection,
                        ridge == null ? heads.ridge() : RidgeRule.parse(ridge),
                        or(drift, heads.drift()),
                        or(featureBlocks, heads.featureBlocks())),
                StreamFields.stream(this, dataFolder),
                Optional.ofNullable(preprocessing).map(RunConfigBuilder::placed),
                or(seed, 0L),
                LoraFields.lora(this),
                RecipeFields.recipe(this),
                RecipeFields.measuring(this),
                Optional.ofNullable(adapters).map(Path::of),
                or(precision, "auto"),
                or(device, "auto"),
                or(threads, 0));
    }

    private static Path required(String name, String path) {
        if (path == null) {
            throw InputException.parameter(name, "expected a folder, found none; give one");
        }
        return Path.of(path);
    }

    /** A typed preprocessing that does not depend on the folder in which it was typed. */
    public static String placed(String typed) {
        return PreprocessingChoice.isFile(typed) ? absolute(Path.of(typed)) : typed;
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    static <T> T or(T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
