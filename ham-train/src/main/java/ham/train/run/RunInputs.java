package ham.train.run;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.AdapterFolder;
import ham.merge.gram.GramForm;
import ham.merge.gram.InputGram;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.PreprocessingChoice;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.data.DataSpec;
import ham.train.data.Dataset;
import ham.train.data.Examples;
import ham.train.data.ImageSet;
import ham.train.encoder.Backbones;
import ham.train.feature.FeatureExtractor;
import ham.train.feature.GramRule;
import ham.train.feature.InputGrams;
import ham.train.head.Features;
import ham.train.head.LatentStatistics;
import ham.train.input.InputReader;
import ham.train.input.InputReaders;
import ham.train.input.PreparedImages;
import ham.train.input.PreparedReader;
import ham.train.input.TaskExamples;
import ham.train.learn.LearnedTask;
import ham.train.lora.LoraSettings;
import ham.train.stream.Split;
import ham.train.stream.TaskStream;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a run works on, opened and checked.
 *
 * @param config the options
 * @param base the pre-trained model
 * @param baseSha256 its hash
 * @param data examples and classes
 * @param stream the classes cut into tasks
 * @param reader how examples become what the base takes
 * @param skipped what is wrong with each example that is left out
 */
public record RunInputs(
        RunConfig config,
        Checkpoint base,
        String baseSha256,
        Dataset data,
        TaskStream stream,
        InputReader reader,
        List<String> skipped)
        implements AutoCloseable {
    /**
     * Opens base and data.
     *
     * @throws InputException when one of them is missing or damaged, an image cannot be decoded and must not be skipped, the rank exceeds
     *     the base's width, it does not have a block that shall be adapted, states are used and layers before the tail adapted, there are
     *     more tasks than classes, or the order is not one of these classes; the last five are wrong usage
     */
    public static RunInputs open(RunConfig config) {
        return open(config, Optional.empty());
    }

    /**
     * Opens base and data.
     *
     * @param imageCache a folder that keeps resized images for this run and later ones
     * @throws InputException as {@link #open(RunConfig)}
     */
    public static RunInputs open(RunConfig config, Optional<Path> imageCache) {
        Checkpoint own = Checkpoint.open(config.base());
        requireFit(config.lora(), own);
        requireBlocks(config, own);
        Checkpoint base = own.withFeatureBlocks(config.head().featureBlocks());
        requireTail(config, base);
        requireGrams(config, base);
        Dataset found = DataSpec.open(config.data());
        int[] order = config.stream().order().order(found.classNames().size());
        TaskStream asked =
                new TaskStream(order, config.stream().tasks(), config.stream().initial());
        int learnt = config.learning().tasks(asked.tasks());
        List<String> skipped = new ArrayList<>();
        if (LatentMemory.followsByStates(config)) {
            VitConfig model = base.config();
            LatentStatistics.requireFit(config.head().projectionWidth(), model.hidden(), model.mlp(), order.length);
        }
        Dataset data = config.stream().badImages().readable(config.data(), found, skipped::add);
        return new RunInputs(
                config,
                base,
                base.sha256(),
                data,
                learnt == asked.tasks() ? asked : new TaskStream(order, learnt),
                reader(config, base, data, imageCache),
                List.copyOf(skipped));
    }

    private static PreparedImages prepared(
            String part,
            ImageSet set,
            Preprocessing preprocessing,
            RunConfig config,
            Dataset data,
            Optional<Path> cache) {
        long room = PreparedImages.room();
        return cache.map(folder -> PreparedImages.of(
                        set,
                        preprocessing,
                        room,
                        folder,
                        part + " images of data " + DataHash.sha256(config.data(), data.files())))
                .orElseGet(() -> PreparedImages.of(set, preprocessing, room));
    }

    /** How images become pixel values; empty for a run on texts. */
    public Optional<Preprocessing> preprocessing() {
        return reader instanceof PreparedReader images ? Optional.of(images.preprocessing()) : Optional.empty();
    }

    private static Preprocessing preprocessing(RunConfig config, int side) {
        return config.preprocessing()
                .map(typed -> PreprocessingChoice.forSide(typed, side))
                .orElseGet(() -> Preprocessing.ofCheckpoint(config.base(), side));
    }

    /** Closes the reader. */
    @Override
    public void close() {
        reader.close();
    }

    /** What it learns from, in the plural. */
    public String kind() {
        return data.train().kind();
    }

    /** Names of a task's classes, in order of position. */
    public List<String> classNames(int task) {
        return Arrays.stream(stream.labels(task))
                .mapToObj(data.classNames()::get)
                .toList();
    }

    /** Names of the classes of all tasks up to and with one, in order of position. */
    public List<String> classNamesSeen(int task) {
        return IntStream.rangeClosed(0, task)
                .mapToObj(this::classNames)
                .flatMap(List::stream)
                .toList();
    }

    /** A task's training images, some of them held out. */
    Split split(int task) {
        return stream.split(data.train(), task, config.seed(), config.stream().sampling());
    }

    /** How many training images are learned from in all tasks, those that are held out not among them. */
    long learned() {
        return IntStream.range(0, stream.tasks())
                .mapToLong(task -> split(task).training().length)
                .sum();
    }

    /** States leave out what is before the tail, so nothing there may change. */
    private static void requireTail(RunConfig config, Checkpoint base) {
        String option = config.recipe().replay() > 0 ? "replay" : "drift";
        LoraSettings lora = config.lora();
        int last = base.encoder().blocks() - 1;
        if (LatentMemory.isUsed(config) && !Backbones.isPlainVit(base)) {
            throw InputException.parameter(
                    option,
                    "expected a plain ViT as base, whose states can be kept, found a "
                            + base.encoder().family() + "; leave it out");
        }
        if (LatentMemory.isUsed(config) && !ModelPasses.isTail(lora, last + 1)) {
            throw InputException.parameter(
                    option,
                    "expected adapters behind the last block's attention only, since all before it must stay frozen, found"
                            + " targets "
                            + lora.targets().stream().map(Target::optionName).toList() + " in blocks "
                            + lora.adaptedBlocks(last + 1) + "; add blocks " + last
                            + " and targets attention_output,fc1,fc2");
        }
    }

    /** Inputs of layers are measured in one program only. */
    private static void requireGrams(RunConfig config, Checkpoint base) {
        if (config.measuring().gram().isUsed(config.usesGrams()) && !Backbones.isPlainVit(base)) {
            throw InputException.parameter(
                    "gram",
                    "expected a plain ViT as base, whose layers' inputs can be measured, found a "
                            + base.encoder().family() + "; leave it out, or merge by another method");
        }
    }

    /** What follows states or measures the inputs of layers works on a plain ViT's own feature. */
    private static void requireBlocks(RunConfig config, Checkpoint base) {
        int blocks = config.head().featureBlocks();
        if (blocks > base.encoder().blocks()) {
            throw InputException.parameter(
                    "feature-blocks",
                    "expected at most " + base.encoder().blocks() + ", the blocks of " + base.directory() + ", found "
                            + blocks);
        }
        boolean grams = config.measuring().gram().isUsed(config.usesGrams());
        if (blocks > 0 && (LatentMemory.isUsed(config) || grams)) {
            throw InputException.parameter(
                    "feature-blocks",
                    "expected 0 with "
                            + (grams
                                    ? "statistics of layers' inputs (method regmean, gram)"
                                    : "states (replay, drift states)")
                            + ", which are of the encoder's own feature, found " + blocks + "; leave one of them out");
        }
    }

    private static void requireFit(LoraSettings lora, Checkpoint base) {
        int width = base.encoder().tokenWidth();
        if (lora.rank() > width) {
            throw InputException.parameter(
                    "rank",
                    "expected at most " + width + ", the width of " + base.directory() + ", found " + lora.rank()
                            + "; a larger rank adds nothing to a weight of that size");
        }
        int last = base.encoder().blocks() - 1;
        for (int block : lora.blocks()) {
            if (block > last) {
                throw InputException.parameter(
                        "blocks",
                        "expected numbers from 0 to " + last + " (" + base.directory() + " has " + (last + 1)
                                + " blocks), found " + block + "; choose among those");
            }
        }
    }

    /**
     * A task's examples to train on, with their rows of the head as targets.
     *
     * @param before rows of the head before those of the task's classes
     */
    TaskExamples trainingExamples(int task, int[] samples, int before) {
        int first = stream.firstPosition(task) - before;
        return new TaskExamples(data.train(), samples, label -> stream.position(label) - first, reader);
    }

    /**
     * A task that a run of this configuration learnt, from the adapter's folder. The scaling is the configuration's: of what PEFT's files
     * keep it comes back rounded.
     *
     * @throws InputException when the folder holds no adapter of this base
     */
    LearnedTask learned(Path folder) {
        AdapterFolder saved = AdapterFolder.read(folder).onto(base, baseSha256);
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        SortedMap<String, InputGram> grams = new TreeMap<>();
        saved.adapter().layers().keySet().forEach(weight -> {
            LoraFactors read = saved.adapter().factors(weight);
            factors.put(
                    weight, new LoraFactors(read.a(), read.b(), config.lora().scaling()));
            if (usesGrams()) {
                saved.adapter().gram(weight).ifPresent(gram -> grams.put(weight, gram));
            }
        });
        return new LearnedTask(
                new LoraAdapter(saved.adapter().name(), factors).withGrams(grams),
                saved.record().alpha(),
                saved.record().groupAlphas());
    }

    private static InputReader reader(RunConfig config, Checkpoint base, Dataset data, Optional<Path> cache) {
        if (!(base.encoder().input() instanceof EncoderInput.Images images)) {
            return InputReaders.of(base);
        }
        Preprocessing preprocessing = preprocessing(config, images.side());
        return new PreparedReader(
                preprocessing,
                List.of(
                        prepared("training", data.trainImages(), preprocessing, config, data, cache),
                        prepared("test", data.testImages(), preprocessing, config, data, cache)));
    }

    /**
     * Examples without labels by which a merge is chosen; empty where held-out ones decide.
     *
     * @throws InputException when they cannot be read or are of another kind than the data
     */
    Optional<Examples> unlabelled() {
        return config.measuring().searchData().map(path -> {
            Examples found = DataSpec.openUnlabelled(path);
            if (!found.kind().equals(kind())) {
                throw new InputException(path, "expected " + kind() + " to choose by, found " + found.kind());
            }
            return found;
        });
    }

    /** Features [n, d] of any examples. */
    float[] values(FeatureExtractor extractor, Examples set, int... samples) {
        return extractor.features(set, samples, reader);
    }

    /** Whether adapters are merged by the Gram matrices of their inputs. */
    private boolean usesGrams() {
        return config.usesGrams();
    }

    /**
     * The task with the Gram matrices of its inputs, where adapters leave these. An adapter of another run may have brought them in another form:
     * what it has whole is reduced, what it has not is taken again.
     */
    LearnedTask withGrams(LearnedTask learned, SortedMap<String, Matrix> trained, Backbone backbone, int[] samples) {
        GramRule rule = config.measuring().gram();
        if (!rule.isUsed(usesGrams())) {
            return learned;
        }
        LoraAdapter adapter = learned.adapter();
        SortedMap<String, InputGram> brought = new TreeMap<>(adapter.grams());
        brought.replaceAll((weight, gram) -> gram.form() == GramForm.FULL ? rule.of(gram) : gram);
        boolean fits = adapter.hasGrams() && brought.values().stream().allMatch(rule::leaves);
        return new LearnedTask(
                adapter.withGrams(
                        fits
                                ? brought
                                : InputGrams.of((VitForward) backbone, trained, data.train(), samples, reader, rule)),
                learned.alpha(),
                learned.groupAlphas());
    }

    /** Features of images of a set, with their class positions. */
    Features features(FeatureExtractor extractor, Examples set, int[] samples) {
        return new Features(extractor.features(set, samples, reader), positions(set, samples));
    }

    /** Features of training images and their states, with their class positions. */
    Seen seen(FeatureExtractor extractor, int[] samples) {
        FeatureExtractor.Extracted extracted = extractor.extract(data.train(), samples, reader);
        int[] positions = positions(data.train(), samples);
        return new Seen(new Features(extracted.features(), positions), new Features(extracted.states(), positions));
    }

    /** States of examples of a set, [n, 2 d]. */
    float[] states(FeatureExtractor extractor, Examples set, int... samples) {
        return extractor.extract(set, samples, reader).states();
    }

    /** Class positions of examples of a set. */
    int[] positions(Examples set, int... samples) {
        return Arrays.stream(samples).map(i -> stream.position(set.label(i))).toArray();
    }

    /**
     * How a model sees some images.
     *
     * @param features [n, d]
     * @param states what entered the model's tail, [n, 2 d]
     */
    record Seen(Features features, Features states) {}
}
