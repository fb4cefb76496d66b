package ham.merge.checkpoint;

import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.ShardedTensors;
import ham.merge.safetensors.TensorHash;
import ham.merge.safetensors.Tensors;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pre-trained ViT on disk: {@code config.json} and {@code model.safetensors}, or its shards with {@code model.safetensors.index.json} (float32, float16 or
 * bfloat16). Every tensor that the
 * configuration calls for is there in the right shape, and none is there that a plain ViT does not have.
 */
public final class Checkpoint {
    private final Path directory;
    private final VitConfig config;
    private final VitNames names;
    private final Tensors file;
    /** Computed when first asked for: it reads every byte. */
    private String sha256;

    private Checkpoint(Path directory, VitConfig config, VitNames names, Tensors file) {
        this.directory = directory;
        this.config = config;
        this.names = names;
        this.file = file;
    }

    /**
     * Opens and validates a checkpoint folder.
     *
     * @throws InputException when a file is missing or damaged, or the model is no plain ViT
     */
    public static Checkpoint open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new InputException(
                    directory,
                    "expected a checkpoint folder with config.json and model.safetensors, found "
                            + (Files.exists(directory) ? "a file" : "nothing"));
        }
        VitConfig config = VitConfig.read(directory.resolve("config.json"));
        Tensors file = tensors(directory);
        VitNames names = new VitNames(file.has("vit.embeddings.cls_token") ? "vit." : "");
        new VitShapes(config, names, file).require();
        return new Checkpoint(directory, withLabels(config, file, names), names, file);
    }

    /** As in transformers, one whole file is taken before an index of shards. */
    private static Tensors tensors(Path directory) {
        Path whole = directory.resolve("model.safetensors");
        Path index = directory.resolve("model.safetensors.index.json");
        return Files.exists(index) && !Files.exists(whole) ? ShardedTensors.open(index) : SafetensorsFile.open(whole);
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
        if (!config.labels().isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected a classifier of " + config.labels().size() + " classes, as id2label in config.json names,"
                            + " found " + classes);
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

    /** How the tensors are called. */
    public VitNames names() {
        return names;
    }

    /** Whether a tensor is there. */
    public boolean has(String name) {
        return file.has(name);
    }

    /** Whether the checkpoint has a classifier of its own. */
    public boolean hasClassifier() {
        return file.has(names.classifierWeight());
    }

    /** Shape of a tensor. */
    public List<Long> shape(String name) {
        return file.info(name).shape();
    }

    /** Values of a tensor in float32. */
    public float[] floats(String name) {
        return file.floats(name);
    }

    /** Values of a two-dimensional tensor in float32. */
    public Matrix matrix(String name) {
        return file.matrix(name);
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
     * The name of the weight or bias in this checkpoint that a name from an adapter or a delta file means: the same name, the name with
     * {@code .weight} added, or the same layer under another naming scheme.
     *
     * @return the name here, empty when the checkpoint has no such layer
     */
    public Optional<String> resolve(String name) {
        if (file.has(name)) {
            return Optional.of(name);
        }
        boolean bias = name.endsWith(".bias");
        String module = name.replaceFirst("\\.(weight|bias)$", "");
        String direct = module + (bias ? ".bias" : ".weight");
        if (file.has(direct)) {
            return Optional.of(direct);
        }
        return LinearLayer.parse(module)
                .map(layer ->
                        bias ? names.bias(layer.block(), layer.target()) : names.weight(layer.block(), layer.target()))
                .filter(file::has);
    }
}
