package ham.merge.checkpoint;

import ham.merge.InputException;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A pre-trained ViT on disk: {@code config.json} and {@code model.safetensors}, or its shards with {@code model.safetensors.index.json} (float32, float16 or
 * bfloat16). Every tensor that the
 * configuration calls for is there in the right shape, and none is there that its kind of ViT does not have.
 *
 * <p>Read are Hugging Face's ViT and DeiT, and timm's {@code VisionTransformer} and {@code VisionTransformerDistilled} as far as
 * {@link VitForm} describes them.
 */
public final class Checkpoint {
    private static final String WEIGHTS = "model.safetensors";

    private final Path directory;
    private final VitConfig config;
    private final VitNames names;
    private final Tensors file;
    private final SortedMap<String, Place> parts;
    /** Computed when first asked for: it reads every byte. */
    private String sha256;

    private Checkpoint(Path directory, VitConfig config, VitNames names, Tensors file) {
        this.directory = directory;
        this.config = config;
        this.names = names;
        this.file = file;
        this.parts = parts(config, names);
    }

    /**
     * Opens and validates a checkpoint folder.
     *
     * @throws InputException when a file is missing or damaged, or the model is none of these
     */
    public static Checkpoint open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(
                    directory,
                    "expected a checkpoint folder with config.json and model.safetensors, found "
                            + (Files.exists(directory) ? "a file" : "nothing"));
        }
        OtherWeights.refuseCache(directory);
        CheckpointConfigReader reader = CheckpointConfigReader.open(directory.resolve("config.json"));
        Tensors file = tensors(directory);
        VitScheme scheme = VitScheme.of(reader, file);
        new VitShapes(scheme.config(), scheme.names(), file).require();
        return new Checkpoint(directory, withLabels(scheme.config(), file, scheme.names()), scheme.names(), file);
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

    private static VitConfig withLabels(VitConfig config, Tensors file, VitNames names) {
        if (!file.has(names.classifierWeight())) {
            return config.withLabels(List.of());
        }
        int classes =
                Math.toIntExact(file.info(names.classifierWeight()).shape().get(0));
        if (config.labels().size() == classes) {
            return config;
        }
        long named = config.labels().stream()
                .filter(each -> !each.startsWith(CheckpointConfigReader.PLACEHOLDER))
                .count();
        if (config.labels().size() > classes && named == classes) {
            return config.withLabels(config.labels().subList(0, classes));
        }
        if (!config.labels().isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected a classifier of " + config.labels().size() + " classes, as config.json says," + " found "
                            + classes);
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            labels.add("LABEL_" + i);
        }
        return config.withLabels(labels);
    }

    /** The folder that was opened. */
    public Path directory() {
        return directory;
    }

    /** Shape of the model; its labels are those of the classifier, and there are none without one. */
    public VitConfig config() {
        return config;
    }

    /**
     * The same model with other names of its classes.
     *
     * @throws InputException when it has no classifier, or one of another number of classes
     */
    public Checkpoint withLabels(List<String> labels) {
        if (config.labels().size() != labels.size()) {
            throw InputException.parameter(
                    "labels",
                    "expected a name for each of the " + config.labels().size() + " classes of " + directory
                            + ", found " + labels.size());
        }
        return new Checkpoint(directory, config.withLabels(labels), names, file);
    }

    /** How the tensors are called. */
    public VitNames names() {
        return names;
    }

    /** Whether a tensor, or a part of a fused one, is there; see {@link VitNames}. */
    public boolean has(String name) {
        return file.has(name) || parts.containsKey(name);
    }

    /** Whether the checkpoint has a classifier of its own. */
    public boolean hasClassifier() {
        return file.has(names.classifierWeight());
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
        return Stream.of(Target.values())
                .filter(target -> target.part() == layer.part())
                .findFirst()
                .map(target -> names.linear(layer.block(), target))
                .or(() -> names.has(layer.part())
                        ? Optional.of(names.name(layer.part(), layer.block()))
                        : Optional.empty());
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

    /** The parts of all fused tensors by their names. */
    private static SortedMap<String, Place> parts(VitConfig config, VitNames names) {
        SortedMap<String, Place> parts = new TreeMap<>();
        for (int block = 0; block < config.layers() && names.fused(block).isPresent(); block++) {
            String fused = names.fused(block).get();
            int row = 0;
            for (Target target : List.of(Target.QUERY, Target.KEY, Target.VALUE)) {
                for (String parameter : config.qkvBias() ? List.of(".weight", ".bias") : List.of(".weight")) {
                    String name = names.linear(block, target) + parameter;
                    parts.put(name, new Place(name, fused + parameter, row, config.hidden(), false));
                }
                row += config.hidden();
            }
        }
        return parts;
    }
}
