package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.encoder.BlockFeatures;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderFamily;
import ham.merge.encoder.EncoderInput.Images;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.Part;
import ham.merge.encoder.Place;
import ham.merge.head.HeadFeature;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.ShardedTensors;
import ham.merge.safetensors.TensorHash;
import ham.merge.safetensors.Tensors;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A pre-trained encoder on disk: {@code config.json} and {@code model.safetensors}, or its shards with {@code model.safetensors.index.json} (float32, float16 or
 * bfloat16). Every tensor that the
 * configuration calls for is there in the right shape, and none is there that its family does not have.
 *
 * <p>Read are Hugging Face's ViT and DeiT, timm's {@code VisionTransformer} and {@code VisionTransformerDistilled} as far as
 * {@link VitForm} describes them, and the families of {@link EncoderFamilies}.
 */
public final class Checkpoint {
    private static final String WEIGHTS = "model.safetensors";

    private final Path directory;
    private final Encoder encoder;
    /** Of the plain ViT, DeiT and timm's ViTs, for which there are faster ways beside their description as an encoder. */
    private final Optional<VitScheme> vit;

    private final List<String> labels;
    private final Tensors file;
    private final SortedMap<String, Place> parts = new TreeMap<>();
    /** Computed when first asked for: it reads every byte. */
    private String sha256;

    private Checkpoint(Path directory, Encoder encoder, Optional<VitScheme> vit, List<String> labels, Tensors file) {
        this.directory = directory;
        this.encoder = encoder;
        this.vit = vit;
        this.labels = List.copyOf(labels);
        this.file = file;
        encoder.parts().forEach(part -> parts.put(part.name(), part));
    }

    /**
     * Opens and validates a checkpoint folder.
     *
     * @throws InputException when a file is missing or damaged, or the model is none of these
     */
    public static Checkpoint open(Path directory) {
        return open(directory, OptionalInt.empty());
    }

    /**
     * Opens and validates a checkpoint folder of an image encoder whose images have another size than it was trained with.
     *
     * @param side side of the images in pixels; empty for what the folder says
     * @throws InputException also when images of that size cannot be cut into patches
     */
    public static Checkpoint open(Path directory, OptionalInt side) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(
                    directory,
                    "expected a checkpoint folder with config.json and model.safetensors, found "
                            + (Files.exists(directory) ? "a file" : "nothing"));
        }
        OtherWeights.refuseCache(directory);
        EncoderConfig reader = EncoderConfig.open(directory.resolve("config.json"));
        Tensors file = tensors(directory);
        Optional<EncoderFamily> family = EncoderFamilies.of(reader);
        if (family.isPresent()) {
            Encoder encoder = family.get().read(new EncoderSource(directory, reader, file, side, false));
            EncoderShapes.require(encoder, file);
            return new Checkpoint(directory, encoder, Optional.empty(), labels(encoder, file), file);
        }
        VitScheme scheme = VitScheme.of(reader, file);
        if (!scheme.config().form().isCommon()) {
            Encoder encoder = scheme.encoder(reader, file, side);
            EncoderShapes.require(encoder, file);
            return new Checkpoint(directory, encoder, Optional.empty(), labels(encoder, file), file);
        }
        new VitShapes(scheme.config(), scheme.names(), file).require();
        Encoder encoder = scheme.encoder(reader, file, side);
        List<String> labels = labels(encoder, file);
        VitScheme named = new VitScheme(scheme.config().withLabels(labels), scheme.names());
        return new Checkpoint(directory, encoder, Optional.of(named), labels, file);
    }

    /** As in transformers, one whole file is taken before an index of shards. */
    private static Tensors tensors(Path directory) {
        Path whole = directory.resolve(WEIGHTS);
        Path index = directory.resolve(WEIGHTS + ".index.json");
        if (!Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(index, LinkOption.NOFOLLOW_LINKS)) {
                return ShardedTensors.open(index);
            }
            OtherWeights.refuse(directory);
        }
        return SafetensorsFile.open(whole);
    }

    private static List<String> labels(Encoder encoder, Tensors file) {
        if (encoder.classes().isEmpty()) {
            return List.of();
        }
        List<String> configured = encoder.configuredLabels();
        int classes = encoder.classes().getAsInt();
        if (configured.size() == classes) {
            return configured;
        }
        long named = configured.stream()
                .filter(each -> !each.startsWith(EncoderConfig.PLACEHOLDER))
                .count();
        if (configured.size() > classes && named == classes) {
            return configured.subList(0, classes);
        }
        if (!configured.isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected a classifier of " + configured.size() + " classes, as config.json says, found "
                            + classes);
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            labels.add("LABEL_" + i);
        }
        return labels;
    }

    /** The folder that was opened. */
    public Path directory() {
        return directory;
    }

    /** What it is: its parts, what goes in, and its forward pass. */
    public Encoder encoder() {
        return encoder;
    }

    /**
     * Whether it is a plain ViT, a DeiT or one of timm's ViTs, whose images have the size that it was trained with and whose heads read its own
     * feature.
     */
    public boolean isVit() {
        return vit.isPresent()
                && !(encoder instanceof BlockFeatures)
                && encoder.input() instanceof Images images
                && images.side() == config().imageSize();
    }

    /** Names of the classes in the order of its logits; empty without a classifier. */
    public List<String> labels() {
        return labels;
    }

    /**
     * The images that go in.
     *
     * @throws InputException when it is an encoder of texts
     */
    public Images images() {
        if (encoder.input() instanceof Images images) {
            return images;
        }
        throw new InputException(directory, "expected an encoder of images, found one of texts, " + encoder.family());
    }

    /**
     * Shape of a ViT; its labels are those of the classifier, and there are none without one.
     *
     * @throws InputException when it is of another family
     */
    public VitConfig config() {
        return requireVit().config();
    }

    private VitScheme requireVit() {
        return vit.orElseThrow(() -> new InputException(
                directory, "expected a plain ViT, a DeiT or one of timm's ViTs, found a " + encoder.family()));
    }

    /**
     * The same model with other names of its classes.
     *
     * @throws InputException when it has no classifier, or one of another number of classes
     */
    public Checkpoint withLabels(List<String> names) {
        if (labels.size() != names.size()) {
            throw InputException.parameter(
                    "labels",
                    "expected a name for each of the " + labels.size() + " classes of " + directory + ", found "
                            + names.size());
        }
        Optional<VitScheme> named =
                vit.map(scheme -> new VitScheme(scheme.config().withLabels(names), scheme.names()));
        return new Checkpoint(directory, encoder, named, names, file);
    }

    /**
     * The same model, of whose last blocks heads read a vector each beside its own feature ({@link BlockFeatures}).
     *
     * @param count how many blocks; 0 for none
     * @throws InputException when it has fewer blocks
     */
    public Checkpoint withFeatureBlocks(int count) {
        if (count > encoder.blocks()) {
            throw new InputException(
                    directory,
                    "expected a model of at least " + count + " blocks, of which a head reads a vector each, found "
                            + encoder.blocks());
        }
        Encoder read = BlockFeatures.of(encoder, count);
        return read == encoder ? this : new Checkpoint(directory, read, vit, labels, file);
    }

    /**
     * The same model as a head reads it: with the feature that it was trained on, and a vector each of the last blocks. Without a head it gives its
     * own feature alone.
     *
     * @throws InputException when it does not give that feature, or has fewer blocks
     */
    public Checkpoint readBy(Optional<NamedHead> head) {
        return with(head.map(NamedHead::feature).orElse(HeadFeature.OWN))
                .withFeatureBlocks(head.map(NamedHead::featureBlocks).orElse(0));
    }

    private Checkpoint with(HeadFeature feature) {
        if (feature == HeadFeature.OWN || encoder.givesClassifierFeature()) {
            return this;
        }
        if (feature == HeadFeature.BOTH) {
            throw new InputException(
                    directory,
                    "expected a base whose classifier reads its own feature, as some of the joined heads read one and"
                            + " some the other, found a " + encoder.family()
                            + " without a classifier, of which they differ; merge adapters of one kind");
        }
        EncoderConfig reader = EncoderConfig.open(directory.resolve("config.json"));
        OptionalInt side =
                encoder.input() instanceof Images images ? OptionalInt.of(images.side()) : OptionalInt.empty();
        Encoder classifying =
                EncoderFamilies.of(reader).orElseThrow().read(new EncoderSource(directory, reader, file, side, true));
        classifying.shapes().keySet().stream()
                .filter(name -> !file.has(name))
                .findFirst()
                .ifPresent(lacking -> {
                    throw new InputException(
                            directory,
                            "expected the layer '" + LayerName.module(lacking)
                                    + "', whose output the classifier that PEFT saved was trained on, found none; give"
                                    + " the base as it was trained on, saved with its classification model");
                });
        return new Checkpoint(directory, classifying, vit, labels, file);
    }

    /**
     * How the tensors of a ViT are called.
     *
     * @throws InputException when it is of another family
     */
    public VitNames names() {
        return requireVit().names();
    }

    /** Whether a tensor, or a part of a fused one, is there; see {@link VitNames}. */
    public boolean has(String name) {
        return file.has(name) || parts.containsKey(name);
    }

    /** Whether the checkpoint has a classifier of its own. */
    public boolean hasClassifier() {
        return encoder.classes().isPresent();
    }

    /** Shape of a tensor or of a part of a fused one. */
    public List<Long> shape(String name) {
        Place place = place(name);
        List<Long> shape = new ArrayList<>(file.info(place.tensor()).shape());
        if (!place.whole()) {
            shape.set(0, (long) place.rows());
        }
        return shape;
    }

    /** Values of a tensor, or of a part of a fused one, in float32. */
    public float[] floats(String name) {
        Place place = place(name);
        if (place.whole()) {
            return file.floats(place.tensor());
        }
        List<Long> shape = file.info(place.tensor()).shape();
        int row = Math.toIntExact(file.info(place.tensor()).elements() / shape.get(0));
        return file.floats(place.tensor(), place.firstRow() * row, place.rows() * row);
    }

    /** Values of a two-dimensional tensor, or of a part of a fused one, in float32. */
    public Matrix matrix(String name) {
        Place place = place(name);
        return place.whole()
                ? file.matrix(place.tensor())
                : new Matrix(place.rows(), Math.toIntExact(shape(name).get(1)), floats(name));
    }

    /**
     * Values of a weight as the matrix [out, in] of its layer, in float32; of a convolution [out, in h w], as its values lie in memory.
     */
    public Matrix layer(String name) {
        List<Long> shape = layerShape(name);
        return new Matrix(Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), floats(name));
    }

    /** Shape [out, in] of a weight's layer as {@link #layer} gives it; of a vector [d]. */
    public List<Long> layerShape(String name) {
        List<Long> shape = shape(name);
        return shape.size() <= 2
                ? shape
                : List.of(shape.get(0), shape.stream().skip(1).reduce(1L, (a, b) -> a * b));
    }

    /** The tensors as stored, for whoever needs stored dtypes. */
    public Tensors file() {
        return file;
    }

    /** SHA-256 over the tensors ({@link TensorHash}): what adapters record as their base. */
    public synchronized String sha256() {
        if (sha256 == null) {
            sha256 = TensorHash.sha256(file);
        }
        return sha256;
    }

    /**
     * Where a name from an adapter or a delta file lies in this checkpoint: the same name, the name with {@code .weight} added, or the same
     * layer under another naming scheme; a Hugging Face query, key or value may be rows of a fused qkv.
     *
     * @return the place, empty when the checkpoint has no such layer
     */
    public Optional<Place> resolve(String name) {
        boolean bias = name.endsWith(".bias");
        String end = bias ? ".bias" : ".weight";
        return Stream.concat(
                        Stream.of(name, LayerName.module(name) + end),
                        LayerName.parse(name).flatMap(this::module).map(module -> module + end).stream())
                .filter(this::has)
                .findFirst()
                .map(this::place);
    }

    /** What this checkpoint calls a part, a third of a fused layer by its published name. */
    private Optional<String> module(LayerName layer) {
        EncoderNames names = encoder.names();
        boolean known = names.has(layer.part()) || (layer.part().third() >= 0 && names.has(Part.QKV));
        return known ? Optional.of(names.name(layer.part(), layer.block())) : Optional.empty();
    }

    /** The places that a model computes with where a delta lies: the parts of a fused tensor, or the place itself. */
    public List<Place> computed(Place place) {
        List<Place> inside = parts.values().stream().filter(place::overlaps).toList();
        return inside.isEmpty() ? List.of(place) : inside;
    }

    /** Where a tensor or a part of a fused one lies, by the name that it has here. */
    private Place place(String name) {
        Place part = parts.get(name);
        if (part != null) {
            return part;
        }
        List<Long> shape = file.info(name).shape();
        return new Place(name, name, 0, shape.isEmpty() ? 1 : (int) Math.min(shape.get(0), Integer.MAX_VALUE), true);
    }
}
