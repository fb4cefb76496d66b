package ham.merge.taskvector;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.LayerName;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.ShardedTensors;
import ham.merge.safetensors.TensorInfo;
import ham.merge.safetensors.Tensors;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a fully fine-tuned checkpoint changed of its base, tensor by tensor and under the base's names: a task vector (arXiv 2212.04089) as a source of
 * dense deltas. A tensor of more dimensions is a matrix of its first and all others; one of a single dimension counts among the biases. Safe for
 * use by several threads.
 */
public final class TaskVector implements AdapterSource {
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = WEIGHTS + ".index.json";

    private final String name;
    private final Tensors base;
    private final Tensors model;
    private final SortedMap<String, String> own;
    private final SortedMap<String, LayerShape> layers;
    private final SortedSet<String> vectors;
    private final List<String> left;

    private TaskVector(
            String name,
            Tensors base,
            Tensors model,
            SortedMap<String, String> own,
            SortedMap<String, LayerShape> layers,
            SortedSet<String> vectors,
            List<String> left) {
        this.name = name;
        this.base = base;
        this.model = model;
        this.own = own;
        this.layers = Collections.unmodifiableSortedMap(layers);
        this.vectors = Collections.unmodifiableSortedSet(vectors);
        this.left = left;
    }

    /** Whether a folder holds a checkpoint rather than an adapter. */
    public static boolean isCheckpoint(Path folder) {
        return !Files.exists(folder.resolve("adapter_config.json"))
                && (Files.exists(folder.resolve(WEIGHTS)) || Files.exists(folder.resolve(INDEX)));
    }

    /**
     * The tensors of a checkpoint folder.
     *
     * @throws InputException when there are none, or they are damaged
     */
    static Tensors tensors(Path folder) {
        Path index = folder.resolve(INDEX);
        return Files.exists(index) ? ShardedTensors.open(index) : SafetensorsFile.open(folder.resolve(WEIGHTS));
    }

    /**
     * What a checkpoint changed; compares all bytes, keeps none.
     *
     * @param name what it is called in messages
     * @throws InputException when a file is damaged, or nothing fits to the base
     */
    public static TaskVector of(String name, Path base, Path model) {
        Tensors before = tensors(base);
        Tensors after = tensors(model);
        SortedMap<String, String> own = own(before, after);
        if (own.isEmpty() && !before.names().isEmpty() && !after.names().isEmpty()) {
            throw new InputException(
                    model,
                    "expected a checkpoint that was trained on from " + base + ", found none of its tensors, such as "
                            + before.names().first() + ", but others, such as "
                            + after.names().first());
        }
        SortedMap<String, LayerShape> layers = new TreeMap<>();
        SortedSet<String> vectors = new TreeSet<>();
        SortedSet<String> left = new TreeSet<>(after.names());
        left.removeAll(own.values());
        own.forEach((tensor, theirs) -> {
            if (!before.info(tensor).shape().equals(after.info(theirs).shape())) {
                left.add(theirs);
            } else if (before.info(tensor).dtype().isFloat() && differ(before, tensor, after, theirs)) {
                if (before.info(tensor).shape().size() < 2) {
                    vectors.add(tensor);
                } else {
                    layers.put(tensor, shape(before.info(tensor)));
                }
            }
        });
        if (layers.isEmpty() && vectors.isEmpty()) {
            throw new InputException(
                    model,
                    "expected a checkpoint that was trained on from " + base + ", found none of its tensors changed");
        }
        return new TaskVector(name, before, after, own, layers, vectors, List.copyOf(left));
    }

    /** What the model calls each tensor of the base that it has: the same, or what no other tensor of either can mean. */
    private static SortedMap<String, String> own(Tensors base, Tensors model) {
        Map<String, List<String>> meant = base.names().stream().collect(Collectors.groupingBy(LayerName::meaning));
        SortedMap<String, String> own = new TreeMap<>();
        model.names().stream()
                .collect(Collectors.groupingBy(LayerName::meaning))
                .forEach((meaning, theirs) -> {
                    theirs.stream().filter(base::has).forEach(same -> own.put(same, same));
                    List<String> tensors = meant.getOrDefault(meaning, List.of());
                    if (tensors.size() == 1 && theirs.size() == 1) {
                        own.put(tensors.get(0), theirs.get(0));
                    }
                });
        return own;
    }

    private static boolean differ(Tensors before, String tensor, Tensors after, String theirs) {
        return before.info(tensor).dtype() == after.info(theirs).dtype()
                ? !before.bytes(tensor).equals(after.bytes(theirs))
                : !Arrays.equals(before.floats(tensor), after.floats(theirs));
    }

    private static LayerShape shape(TensorInfo info) {
        int rows = info.shape().get(0).intValue();
        int columns = Math.toIntExact(info.elements() / rows);
        return new LayerShape(rows, columns, Math.min(rows, columns), 1);
    }

    /** Tensors that the base does not have, or in another shape: a classifier of other classes. */
    public List<String> left() {
        return left;
    }

    /** What changed of a matrix, row-major, with the shape of {@link #layers}. */
    Matrix delta(String tensor) {
        LayerShape shape = layers.get(tensor);
        return new Matrix(shape.outputs(), shape.inputs(), change(tensor));
    }

    private float[] change(String tensor) {
        float[] change = model.floats(own.get(tensor));
        float[] before = base.floats(tensor);
        for (int i = 0; i < change.length; i++) {
            change[i] -= before[i];
        }
        return change;
    }

    /** Dimensions of a tensor. */
    int dimensions(String tensor) {
        return base.info(tensor).shape().size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SortedMap<String, LayerShape> layers() {
        return layers;
    }

    @Override
    public LoraFactors factors(String weight) {
        if (!layers.containsKey(weight)) {
            throw new IllegalArgumentException(name + " does not change " + weight);
        }
        return LoraFactors.dense(delta(weight));
    }

    @Override
    public SortedMap<String, BiasChange> biases() {
        SortedMap<String, BiasChange> biases = new TreeMap<>();
        vectors.forEach(tensor -> biases.put(tensor, new BiasChange(change(tensor), false)));
        return biases;
    }
}
