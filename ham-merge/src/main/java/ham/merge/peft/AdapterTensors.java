package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorInfo;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the header of {@code adapter_model.safetensors} holds, checked against the configuration: every tensor has a known meaning, both halves
 * of every pair are there, ranks and shapes agree, and nothing is there that PEFT would pass over. No tensor is read.
 *
 * <p>Names begin with {@code base_model.model.}; M is a module's path in the base model.
 * <ul>
 *   <li>{@code M.lora_A.weight} [r, in], {@code M.lora_B.weight} [out, r]: the factors;
 *   <li>{@code M.lora_B.bias} [out] with {@code lora_bias}: scaled with s, added to the bias of M;
 *   <li>{@code M.base_layer.bias} of an adapted module, {@code M.bias} of another (and of an adapted one in files of early PEFT), with
 *       {@code bias}: the full values;
 *   <li>what {@link ClassifierTensors} collects with {@code modules_to_save}.
 * </ul>
 */
final class AdapterTensors {
    static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String B_BIAS = ".lora_B.bias";
    private static final String BIAS = ".bias";
    private static final String BASE_BIAS = ".base_layer.bias";

    /** Printable ASCII: what regular expressions of Python and Java agree on. */
    private static final Pattern PATH = Pattern.compile("[!-~]{1,500}");

    /** Marks of tensors that PEFT writes for something else than plain LoRA on linear layers. */
    private static final Map<String, String> FOREIGN = new TreeMap<>(Map.of(
            ".lora_magnitude_vector", "DoRA",
            ".lora_embedding_", "LoRA on an embedding",
            ".lora_velora_", "VeLoRA",
            ".lora_diag", "KaSA",
            ".lora_E", "AdaLoRA",
            ".hada_", "LoHa",
            ".lokr_", "LoKr",
            ".vera_lambda_", "VeRA",
            ".oft_", "OFT",
            ".ia3_l", "IA3"));

    private final SafetensorsFile file;
    private final PeftConfig config;
    private final SortedMap<String, LayerShape> layers = new TreeMap<>();
    private final SortedMap<String, String> fullBiases = new TreeMap<>();
    private final ClassifierTensors classifier;

    /**
     * Checks a header.
     *
     * @throws InputException when a tensor is missing, of another shape than expected, or of no known meaning
     */
    AdapterTensors(SafetensorsFile file, PeftConfig config) {
        this.file = file;
        this.config = config;
        this.classifier = new ClassifierTensors(file, config.saved());
        TreeSet<String> modules = new TreeSet<>();
        for (String tensor : file.names()) {
            if (!tensor.startsWith(PREFIX) || !sort(tensor, tensor.substring(PREFIX.length()), modules)) {
                throw refused(tensor);
            }
        }
        if (modules.isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected LoRA factors, found " + (file.names().isEmpty() ? "no tensor at all" : "none"));
        }
        modules.forEach(module -> layers.put(module, layer(module)));
        fullBiases.forEach(this::requireFullBias);
        if (config.bias() != BiasTraining.NONE && fullBiases.isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected trained biases, as bias is not none in " + PeftReader.CONFIG
                            + ", found none; set it to none there to use the weights alone");
        }
        classifier.require();
    }

    /** Path of every adapted module to the shape of its factors as PEFT applies them: delta [out, in]. */
    SortedMap<String, LayerShape> layers() {
        return layers;
    }

    /** Path of every module whose bias is replaced to the tensor with its full values. */
    SortedMap<String, String> fullBiases() {
        return fullBiases;
    }

    ClassifierTensors classifier() {
        return classifier;
    }

    /** Files a tensor under what it is; false when it is nothing that plain LoRA has. */
    private boolean sort(String tensor, String name, Collection<String> modules) {
        for (String end : List.of(A, B, B_BIAS)) {
            if (name.endsWith(end)) {
                modules.add(module(tensor, name, end));
                return true;
            }
        }
        if (classifier.take(tensor, name)) {
            return true;
        }
        if (config.bias() == BiasTraining.NONE || !name.endsWith(BIAS)) {
            return false;
        }
        String module = module(tensor, name, name.endsWith(BASE_BIAS) ? BASE_BIAS : BIAS);
        String twin = fullBiases.put(module, tensor);
        if (twin != null) {
            throw new InputException(
                    file.path(),
                    "expected one bias for the module " + module + ", found '" + twin + "' and '" + tensor + "'");
        }
        return true;
    }

    private String module(String tensor, String name, String end) {
        String module = name.substring(0, name.length() - end.length());
        if (!PATH.matcher(module).matches()) {
            throw refused(tensor);
        }
        return module;
    }

    private InputException refused(String tensor) {
        for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
            if (tensor.contains(foreign.getKey())) {
                return new InputException(
                        file.path(),
                        "expected plain LoRA on linear layers, found the tensor '" + ConfigJson.shown(tensor) + "' of "
                                + foreign.getValue() + ", which ham cannot merge exactly");
            }
        }
        String problem = "expected only " + PREFIX + "MODULE" + A + " and " + B.substring(1) + ", found the tensor '"
                + ConfigJson.shown(tensor) + "'";
        if (tensor.endsWith(BIAS)) {
            problem += ", though bias is none in " + PeftReader.CONFIG;
        }
        return new InputException(file.path(), problem);
    }

    private LayerShape layer(String module) {
        List<Long> a = half(module, A, B);
        List<Long> b = half(module, B, A);
        int rank = config.rank(module);
        if (a.get(0) != rank || b.get(1) != rank) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected the rank " + rank + " of " + PeftReader.CONFIG + ", found A " + a
                            + " and B " + b);
        }
        long outputs = b.get(0);
        long inputs = a.get(1);
        if (outputs < 1 || inputs < 1 || outputs > Integer.MAX_VALUE / inputs) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected a delta of 1 to " + Integer.MAX_VALUE + " entries, found "
                            + outputs + " x " + inputs);
        }
        if (!config.modules().adapts(module)) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected only modules that target_modules, exclude_modules and"
                            + " layers_to_transform in " + PeftReader.CONFIG
                            + " select, found factors for this one, which PEFT would pass over");
        }
        requireLoraBias(module, outputs);
        return new LayerShape((int) outputs, (int) inputs, rank, config.scaling(module));
    }

    private void requireLoraBias(String module, long outputs) {
        String bias = PREFIX + module + B_BIAS;
        if (file.has(bias) != config.loraBias()) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected " + (config.loraBias() ? "" : "no ") + "'" + bias
                            + "', as lora_bias is " + config.loraBias() + " in " + PeftReader.CONFIG + ", found "
                            + (config.loraBias() ? "none of that name" : "one"));
        }
        if (config.loraBias()) {
            requireShape(file, bias, List.of(outputs));
        }
    }

    private void requireFullBias(String module, String tensor) {
        LayerShape layer = layers.get(module);
        if (layer == null && config.bias() == BiasTraining.LORA_ONLY) {
            throw new InputException(
                    file.path(),
                    "expected biases of adapted layers only, as bias is lora_only in " + PeftReader.CONFIG + ", found '"
                            + tensor + "'");
        }
        if (layer != null) {
            requireShape(file, tensor, List.of((long) layer.outputs()));
        } else if (floats(file, tensor).shape().size() != 1) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensor + "': expected a vector, found the shape "
                            + file.info(tensor).shape());
        }
    }

    private List<Long> half(String module, String half, String other) {
        String tensor = PREFIX + module + half;
        if (!file.has(tensor)) {
            throw new InputException(
                    file.path(),
                    "expected '" + tensor + "' beside '" + PREFIX + module + other + "', found none of that name");
        }
        List<Long> shape = floats(file, tensor).shape();
        if (shape.size() == 3 || shape.size() == 4) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensor + "': expected a matrix, found the shape " + shape
                            + " of a convolution, which ham cannot merge");
        }
        if (shape.size() != 2) {
            throw new InputException(
                    file.path(), "tensor '" + tensor + "': expected a matrix, found the shape " + shape);
        }
        return shape;
    }

    static void requireShape(SafetensorsFile file, String tensor, List<Long> expected) {
        List<Long> found = floats(file, tensor).shape();
        if (!found.equals(expected)) {
            throw new InputException(
                    file.path(), "tensor '" + tensor + "': expected the shape " + expected + ", found " + found);
        }
    }

    /** A tensor in one of the dtypes that PEFT trains in. */
    static TensorInfo floats(SafetensorsFile file, String tensor) {
        TensorInfo info = file.info(tensor);
        Path path = file.path();
        if (info.dtype() != DType.F32 && info.dtype() != DType.F16 && info.dtype() != DType.BF16) {
            throw new InputException(
                    path, "tensor '" + tensor + "': expected the dtype F32, F16 or BF16, found " + info.dtype());
        }
        return info;
    }
}
