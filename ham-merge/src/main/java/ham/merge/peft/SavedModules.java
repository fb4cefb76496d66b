package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The modules that were trained along and saved whole ({@code modules_to_save}): a linear classifier, {@code classifier.weight} [classes, d] and
 * {@code classifier.bias} [classes] ({@code head} for timm), and norms, whose weight and bias are vectors. PEFT leaves {@code modules_to_save}
 * and the adapter's name out of their names; where it does not (the bias with {@code bias: all}, files made from a bare state dict) they are
 * understood too, and {@code original_module}, the base's own, is passed over. So is a pooler, which not every
 * classifier reads.
 *
 * <p>For sequence and token classification PEFT adds both {@code classifier} and {@code score} to {@code modules_to_save}, whichever the model
 * has; so a saved module without a tensor is no fault, as long as another has some.
 */
final class SavedModules {
    private static final Pattern NAME =
            Pattern.compile("(.*?)\\.(original_module\\.|modules_to_save\\.(?:[^.]+\\.)?)?(weight|bias)");

    private static final Pattern CLASSIFIER = Pattern.compile("(?:.*\\.)?(?:classifier|score|head)");
    private static final Pattern NORM = Pattern.compile("(?:.*\\.)?(?:\\w*norm\\w*|ln_\\w+)");
    private static final Pattern POOLER = Pattern.compile("(?:.*\\.)?pooler(?:\\..*)?");

    private final SafetensorsFile file;
    private final Set<String> saved;
    private final SortedMap<String, String> vectors = new TreeMap<>();
    private boolean pooler;
    private String module;
    private String weight;
    private String bias;

    SavedModules(SafetensorsFile file, Set<String> saved) {
        this.file = file;
        this.saved = saved;
    }

    /**
     * Takes a tensor of a saved module.
     *
     * @param name of the tensor, without {@code base_model.model.}
     * @return whether it belongs to one
     * @throws InputException when that module is neither a linear classifier nor a norm
     */
    boolean take(String tensor, String name) {
        if (saved.stream().noneMatch(each -> ModuleFilter.holds(each, name))) {
            return false;
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw refused(tensor);
        }
        String owner = matcher.group(1);
        boolean original = "original_module.".equals(matcher.group(2));
        if (POOLER.matcher(owner).matches()) {
            pooler = true;
        } else if (NORM.matcher(owner).matches()
                && AdapterTensors.floats(file, tensor).shape().size() == 1) {
            if (!original) {
                vectors.merge(owner + "." + matcher.group(3), tensor, this::oneOf);
            }
        } else if (CLASSIFIER.matcher(owner).matches() && (module == null || module.equals(owner))) {
            module = owner;
            if (!original && matcher.group(3).equals("weight")) {
                weight = oneOf(weight, tensor);
            } else if (!original) {
                bias = oneOf(bias, tensor);
            }
        } else {
            throw refused(tensor);
        }
        return true;
    }

    private InputException refused(String tensor) {
        return new InputException(
                file.path(),
                "expected modules_to_save to hold one linear classifier at most, and norms, found the tensor '"
                        + ConfigJson.shown(tensor) + "', which ham cannot merge");
    }

    /** Name of every vector of a norm to the tensor with its full values. */
    SortedMap<String, String> vectors() {
        return vectors;
    }

    /** Whether a pooler was saved, which is passed over. */
    boolean pooler() {
        return pooler;
    }

    /** Path of the classifier in the model, empty when none was saved. */
    Optional<String> classifier() {
        return Optional.ofNullable(weight == null ? null : module);
    }

    /** Two spellings of one tensor must hold the same. */
    private String oneOf(String known, String tensor) {
        boolean same = known == null
                || (file.info(known).dtype() == file.info(tensor).dtype()
                        && file.info(known).shape().equals(file.info(tensor).shape())
                        && file.bytes(known).equals(file.bytes(tensor)));
        if (!same) {
            throw new InputException(
                    file.path(), "expected '" + known + "' and '" + tensor + "' to be equal, found them different");
        }
        return tensor;
    }

    /**
     * Checks the shapes.
     *
     * @throws InputException when modules are saved and no weight is there, or weight and bias do not fit together
     */
    void require() {
        if (saved.isEmpty() || (weight == null && bias == null && (pooler || !vectors.isEmpty()))) {
            return;
        }
        if (weight == null) {
            throw new InputException(
                    file.path(),
                    "expected '" + AdapterTensors.PREFIX + "classifier.weight', as modules_to_save is "
                            + ConfigJson.shown(saved) + " in " + PeftReader.CONFIG + ", found none of that name");
        }
        List<Long> shape = AdapterTensors.floats(file, weight).shape();
        if (shape.size() != 2 || shape.get(0) < 1 || shape.get(1) < 1) {
            throw new InputException(
                    file.path(),
                    "tensor '" + weight + "': expected a weight of at least one class and one feature, found the shape "
                            + shape);
        }
        if (bias != null) {
            AdapterTensors.requireShape(file, bias, List.of(shape.get(0)));
        }
    }

    /** The classifier, empty when none was saved; its bias is zero where there is none. */
    Optional<LinearHead> read() {
        if (weight == null) {
            return Optional.empty();
        }
        Matrix matrix = file.matrix(weight);
        return Optional.of(new LinearHead(matrix, bias == null ? new float[matrix.rows()] : file.floats(bias)));
    }
}
