package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.gram.GramFile;
import ham.merge.gram.InputGram;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.merge.tensor.Matrix;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A PEFT LoRA adapter on disk, whose configuration and header are checked and whose tensors are read when they are asked for. Safe for use by
 * several threads.
 *
 * <p>With {@code fan_in_fan_out} the base stores its weights as [in, out] (as the {@code Conv1D} of GPT-2 does). Deltas have the shape of what
 * is stored, so the factors are exchanged: {@code (s B A)^T = s A^T B^T}.
 */
public final class PeftAdapter implements AdapterSource {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final String name;
    private final SafetensorsFile file;
    private final PeftConfig config;
    private final AdapterTensors tensors;
    private final SortedMap<String, LayerShape> layers;
    /** Computed when first asked for: it reads every byte. */
    private String sha256;

    private final Optional<GramFile> grams;

    PeftAdapter(String name, SafetensorsFile file, PeftConfig config) {
        this(name, file, config, Optional.empty());
    }

    PeftAdapter(String name, SafetensorsFile file, PeftConfig config, Optional<GramFile> grams) {
        this.name = name;
        this.file = file;
        this.config = config;
        this.grams = config.fanInFanOut() ? Optional.empty() : grams;
        this.tensors = new AdapterTensors(file, config);
        SortedMap<String, LayerShape> stored = new TreeMap<>();
        tensors.layers().forEach((module, shape) -> stored.put(module + WEIGHT, asStored(shape)));
        this.layers = Collections.unmodifiableSortedMap(stored);
    }

    private LayerShape asStored(LayerShape shape) {
        if (!config.kind().isFactors()) {
            return new LayerShape(shape.outputs(), shape.inputs(), Math.min(shape.outputs(), shape.inputs()), 1);
        }
        return config.fanInFanOut()
                ? new LayerShape(
                        /* outputs= */ shape.inputs(), /* inputs= */ shape.outputs(), shape.rank(), shape.scaling())
                : shape;
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
        LayerShape layer = layers.get(weight);
        if (layer == null) {
            throw new IllegalArgumentException(name + " does not adapt " + weight);
        }
        AdaptedModule module = module(weight);
        if (!config.kind().isFactors()) {
            throw new IllegalStateException(name + " has no factors without its base");
        }
        LoraFactors factors = module.factors(layer.scaling());
        return config.fanInFanOut()
                ? new LoraFactors(factors.b().transpose(), factors.a().transpose(), layer.scaling())
                : factors;
    }

    @Override
    public boolean hasGrams() {
        return grams.filter(file -> layers.keySet().stream().allMatch(file::has))
                .isPresent();
    }

    @Override
    public Optional<InputGram> gram(String weight) {
        return grams.filter(file -> file.has(weight))
                .map(file -> file.read(weight, layers.get(weight).inputs()));
    }

    private AdaptedModule module(String weight) {
        return tensors.module(weight.substring(0, weight.length() - WEIGHT.length()));
    }

    @Override
    public String ownName(String weight) {
        return layers.containsKey(weight)
                ? module(weight).path().replaceFirst("^((module|_orig_mod)\\.)+", "") + WEIGHT
                : weight;
    }

    @Override
    public Optional<String> needsBase() {
        return config.kind().isFactors()
                ? Optional.empty()
                : Optional.of(config.kind().words());
    }

    @Override
    public LoraFactors factors(String weight, Supplier<Matrix> base) {
        if (config.kind().isFactors()) {
            return factors(weight);
        }
        return LoraFactors.dense(module(weight)
                .delta(
                        config.kind(),
                        tensors.layers()
                                .get(weight.substring(0, weight.length() - WEIGHT.length()))
                                .scaling(),
                        base.get()));
    }

    /** Path of the classifier that was saved along, as the adapter's model has it. */
    public Optional<String> classifierModule() {
        return tensors.saved().classifier();
    }

    /** Whether a pooler was saved along, which no delta here holds. */
    public boolean savedPooler() {
        return tensors.saved().pooler();
    }

    /** {@code base_model_name_or_path}: what its trainer called the base. */
    public Optional<String> baseName() {
        return config.baseName();
    }

    /** Reads the biases; where the whole bias was trained and B has one too, the change is the whole bias plus s times that of B. */
    @Override
    public SortedMap<String, BiasChange> biases() {
        SortedMap<String, BiasChange> biases = new TreeMap<>();
        tensors.fullBiases()
                .forEach((module, tensor) -> biases.put(module + BIAS, new BiasChange(file.floats(tensor), true)));
        tensors.saved()
                .vectors()
                .forEach((vector, tensor) -> biases.put(vector, new BiasChange(file.floats(tensor), true)));
        if (config.loraBias()) {
            tensors.layers().forEach((module, layer) -> {
                String tensor = tensors.module(module).tensor("lora_B.bias").orElseThrow();
                BiasChange full = biases.get(module + BIAS);
                float[] sum = full == null ? new float[layer.outputs()] : full.values();
                addScaled(sum, layer.scaling(), tensor);
                biases.put(module + BIAS, new BiasChange(sum, full != null));
            });
        }
        return biases;
    }

    private void addScaled(float[] sum, double scaling, String tensor) {
        float[] values = file.floats(tensor);
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (sum[i] + scaling * values[i]);
            if (!Float.isFinite(sum[i])) {
                throw new InputException(
                        file.path(),
                        "tensor '" + tensor + "': expected values that stay finite when scaled by " + scaling
                                + ", found " + values[i] + " at index " + i);
            }
        }
    }

    @Override
    public boolean fanInFanOut() {
        return config.fanInFanOut();
    }

    /** Reads the classifier that was saved along ({@code modules_to_save}), empty when there is none. */
    public Optional<LinearHead> classifier() {
        return tensors.saved().read();
    }

    /** SHA-256 over the tensors ({@link TensorHash}). */
    public synchronized String sha256() {
        if (sha256 == null) {
            sha256 = TensorHash.sha256(file);
        }
        return sha256;
    }
}
