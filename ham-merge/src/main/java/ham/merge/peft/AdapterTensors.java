package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.checkpoint.LayerName;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header of {@code adapter_model.safetensors} holds, checked against the configuration: every tensor has a known meaning, all that
 * makes up a delta is there, ranks and shapes agree, and nothing is there that PEFT would pass over. No tensor is read.
 *
 * <p>Names begin with {@code base_model.model.}; M is a module's path in the base model.
 * <ul>
 *   <li>{@code M.lora_A.weight} [r, in], {@code M.lora_B.weight} [out, r]: the factors; of a convolution [r, in, h, w] and [out, r, 1, 1];
 *   <li>{@code M.lora_B.bias} [out] with {@code lora_bias}: scaled with s, added to the bias of M;
 *   <li>{@code M.lora_magnitude_vector} [out] with {@code use_dora};
 *   <li>{@code M.hada_w1_a}, ... of LoHa and {@code M.lokr_w1}, ... of LoKr;
 *   <li>{@code M.base_layer.bias} of an adapted module, {@code M.bias} of another (and of an adapted one in files of early PEFT), with
 *       {@code bias}: the full values;
 *   <li>what {@link SavedModules} collects with {@code modules_to_save}.
 * </ul>
 * State dicts that were saved by hand have the name of the adapter in their names ({@code lora_A.default.weight}), lack the beginning, or have
 * what wrapped the model in training in it ({@code module.}, {@code _orig_mod.}, {@code timm_model.}); all of these mean the same.
 */
final class AdapterTensors {
    static final String PREFIX = "base_model.model.";
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String B_BIAS = ".lora_B.bias";
    private static final String BIAS = ".bias";
    private static final String BASE_BIAS = ".base_layer.bias";

    /** Printable ASCII: what regular expressions of Python and RE2 agree on. */
    private static final Pattern PATH = Pattern.compile("[!-~]{1,500}");

    private static final Pattern BEGINNING = Pattern.compile("(?:(?:module|_orig_mod)\\.)*(?:base_model\\.model\\.)?");

    private static final Pattern PART = Pattern.compile("(.+?)\\.(?:"
            + "(lora_[AB])(?:\\.(?!weight$|bias$)[^.]+)?\\.(weight|bias)"
            + "|(lora_magnitude_vector)(?:\\.(?!weight$)[^.]+)?(?:\\.weight)?"
            + "|(hada_w[12]_[ab]|hada_t[12]|lokr_w[12](?:_[ab])?|lokr_t2)(?:\\.[^.]+)?)");

    /** Marks of tensors that PEFT writes for something else than what is read here. */
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
    private final SortedMap<String, AdaptedModule> modules = new TreeMap<>();
    private final SortedMap<String, LayerShape> layers = new TreeMap<>();
    private final SortedMap<String, String> fullBiases = new TreeMap<>();
    private final SavedModules saved;

    /**
     * Checks a header.
     *
     * @throws InputException when a tensor is missing, of another shape than expected, or of no known meaning
     */
    AdapterTensors(SafetensorsFile file, PeftConfig config) {
        this.file = file;
        this.config = config;
        this.saved = new SavedModules(file, config.saved());
        for (String tensor : file.names()) {
            Matcher beginning = BEGINNING.matcher(tensor);
            if (!beginning.lookingAt() || !sort(tensor, tensor.substring(beginning.end()))) {
                throw refused(tensor);
            }
        }
        if (modules.isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected LoRA factors, found " + (file.names().isEmpty() ? "no tensor at all" : "none"));
        }
        modules.forEach((name, module) -> layers.put(name, layer(name, module)));
        fullBiases.forEach(this::requireFullBias);
        if (config.bias() != BiasTraining.NONE && fullBiases.isEmpty()) {
            throw new InputException(
                    file.path(),
                    "expected trained biases, as bias is not none in " + PeftReader.CONFIG
                            + ", found none; set it to none there to use the weights alone");
        }
        saved.require();
    }

    /** Path of every adapted module to the shape of its factors as PEFT applies them: delta [out, in]. */
    SortedMap<String, LayerShape> layers() {
        return layers;
    }

    /** The tensors of an adapted module. */
    AdaptedModule module(String path) {
        return modules.get(path);
    }

    /** Path of every module whose bias is replaced to the tensor with its full values. */
    SortedMap<String, String> fullBiases() {
        return fullBiases;
    }

    SavedModules saved() {
        return saved;
    }

    /** Files a tensor under what it is; false when it is nothing that such an adapter has. */
    private boolean sort(String tensor, String name) {
        Matcher part = PART.matcher(name);
        if (part.matches()) {
            String kind = part.group(2) != null
                    ? part.group(2) + "." + part.group(3)
                    : part.group(4) != null ? part.group(4) : part.group(5);
            if (!config.kind().parts().contains(kind)) {
                return false;
            }
            String path = part.group(1);
            requirePath(tensor, path);
            String twin = modules.computeIfAbsent(LayerName.unwrapped(path), key -> new AdaptedModule(file, path))
                    .put(kind, tensor);
            if (twin != null) {
                throw new InputException(
                        file.path(),
                        "expected one adapter, found '" + twin + "' and '" + tensor
                                + "' for one module; save one of them alone");
            }
            return true;
        }
        if (saved.take(tensor, LayerName.unwrapped(name))) {
            return true;
        }
        if (config.bias() == BiasTraining.NONE || !name.endsWith(BIAS)) {
            return false;
        }
        String end = name.endsWith(BASE_BIAS) ? BASE_BIAS : BIAS;
        String path = name.substring(0, name.length() - end.length());
        requirePath(tensor, path);
        String module = LayerName.unwrapped(path);
        String twin = fullBiases.put(module, tensor);
        if (twin != null) {
            throw new InputException(
                    file.path(),
                    "expected one bias for the module " + module + ", found '" + twin + "' and '" + tensor + "'");
        }
        return true;
    }

    private void requirePath(String tensor, String path) {
        if (!PATH.matcher(path).matches()) {
            throw refused(tensor);
        }
    }

    private InputException refused(String tensor) {
        for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
            if (tensor.contains(foreign.getKey())) {
                return new InputException(
                        file.path(),
                        "expected " + config.kind().words() + " as " + PeftReader.CONFIG + " says, found the tensor '"
                                + ConfigJson.shown(tensor) + "' of " + foreign.getValue()
                                + ", which ham cannot merge exactly");
            }
        }
        String problem = "expected only " + PREFIX + "MODULE" + A + " and " + B.substring(1) + ", found the tensor '"
                + ConfigJson.shown(tensor) + "'";
        if (tensor.endsWith(BIAS)) {
            problem += ", though bias is none in " + PeftReader.CONFIG;
        }
        return new InputException(file.path(), problem);
    }

    private LayerShape layer(String module, AdaptedModule tensors) {
        if (!config.adapts(tensors.path(), module)) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected only modules that target_modules, exclude_modules and"
                            + " layers_to_transform in " + PeftReader.CONFIG
                            + " select, found factors for this one, which PEFT would pass over");
        }
        LayerShape shape = tensors.shape(config);
        requireLoraBias(module, tensors, shape.outputs());
        return shape;
    }

    private void requireLoraBias(String module, AdaptedModule tensors, long outputs) {
        Optional<String> bias = tensors.tensor("lora_B.bias");
        if (bias.isPresent() != config.loraBias()) {
            throw new InputException(
                    file.path(),
                    "module " + module + ": expected " + (config.loraBias() ? "" : "no ") + "'" + PREFIX + module
                            + B_BIAS + "', as lora_bias is " + config.loraBias() + " in " + PeftReader.CONFIG
                            + ", found " + (config.loraBias() ? "none of that name" : "one"));
        }
        bias.ifPresent(tensor -> requireShape(file, tensor, List.of(outputs)));
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
