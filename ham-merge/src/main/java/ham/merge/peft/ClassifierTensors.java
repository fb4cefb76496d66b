package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tensors of a linear classifier that was trained along and saved whole ({@code modules_to_save}): {@code classifier.weight} [classes, d]
 * and {@code classifier.bias} [classes]. PEFT leaves {@code modules_to_save} and the adapter's name out of their names; where it does not (the
 * bias with {@code bias: all}, files made from a bare state dict) they are understood too, and {@code original_module}, the base's own
 * classifier, is passed over.
 *
 * <p>For sequence and token classification PEFT adds both {@code classifier} and {@code score} to {@code modules_to_save}, whichever the model
 * has; so a saved module without a tensor is no fault, as long as another has some.
 */
final class ClassifierTensors {
    private static final Pattern NAME = Pattern.compile(
            "((?:.*\\.)?classifier)\\.(original_module\\.|modules_to_save\\.(?:[^.]+\\.)?)?(weight|bias)");

    private final SafetensorsFile file;
    private final Set<String> saved;
    private String module;
    private String weight;
    private String bias;

    ClassifierTensors(SafetensorsFile file, Set<String> saved) {
        this.file = file;
        this.saved = saved;
    }

    /**
     * Takes a tensor of a saved module.
     *
     * @param name of the tensor, without {@code base_model.model.}
     * @return whether it belongs to one
     * @throws InputException when that module is no linear classifier
     */
    boolean take(String tensor, String name) {
        if (saved.stream().noneMatch(each -> ModuleFilter.holds(each, name))) {
            return false;
        }
        Matcher matcher = NAME.matcher(name);
        boolean classifier = matcher.matches() && (module == null || module.equals(matcher.group(1)));
        if (!classifier) {
            throw new InputException(
                    file.path(),
                    "expected modules_to_save to hold one linear classifier at most, found the tensor '"
                            + ConfigJson.shown(tensor) + "', which ham cannot merge");
        }
        module = matcher.group(1);
        if ("original_module.".equals(matcher.group(2))) {
            return true;
        }
        if (matcher.group(3).equals("weight")) {
            weight = oneOf(weight, tensor);
        } else {
            bias = oneOf(bias, tensor);
        }
        return true;
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
        if (saved.isEmpty()) {
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
