package ham.runtime.model;

import ham.runtime.ModelException;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Inputs and outputs of a model, and the checks that keep what does not fit them away from ONNX Runtime. */
public record Signature(String model, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    /** Refuses tensors that are missing, unknown, or of another type or shape than the model takes. */
    public void checkInputs(Map<String, Tensor> given) {
        checkNames(given.keySet());
        Map<String, Long> sizes = new HashMap<>();
        for (TensorSpec input : inputs) {
            Tensor tensor = given.get(input.name());
            if (!input.dtype().equals(tensor.type().label())) {
                throw problem(input, "type " + input.dtype(), tensor.type().label());
            }
            checkShape(input, tensor.shape(), sizes);
        }
    }

    /** Refuses outputs that are no tensors of a supported type. */
    public void checkOutputs() {
        for (TensorSpec output : outputs) {
            if (ElementType.ofLabel(output.dtype()).isEmpty()) {
                throw new ModelException(model + ": expected outputs that are tensors of numbers, but " + output.name()
                        + " is of type " + output.dtype() + ".");
            }
        }
    }

    /** Refuses a shape that the model's one input does not take, and a model that is not one float32 in, one out. */
    void checkLoneFloat(List<Long> shape) {
        if (inputs.size() != 1 || outputs.size() != 1) {
            throw new ModelException(model + ": expected a model of one input and one output, found inputs "
                    + names(inputs) + " and outputs " + names(outputs) + ".");
        }
        checkType(outputs.get(0), List.of(ElementType.FLOAT32));
        checkLone(List.of(ElementType.FLOAT32), shape);
    }

    /** Refuses a shape that the model's one input does not take, an input of none of the types, and a model that has more inputs. */
    public void checkLone(List<ElementType> types, List<Long> shape) {
        if (inputs.size() != 1) {
            throw new ModelException(model + ": expected a model of one input, found inputs " + names(inputs) + ".");
        }
        checkType(inputs.get(0), types);
        checkShape(inputs.get(0), shape, new HashMap<>());
        if (shape.stream().anyMatch(size -> size < 1)) {
            throw problem(inputs.get(0), "a shape without a dimension below 1", shape.toString());
        }
    }

    /** Shapes of the outputs where the graph tells them for a shape of its one input: sizes, or names that stand in that input too. */
    public Optional<List<List<Long>>> outputShapes(List<Long> inputShape) {
        Map<String, Long> sizes = new HashMap<>();
        checkShape(inputs.get(0), inputShape, sizes);
        List<List<Long>> shapes = new ArrayList<>();
        for (TensorSpec output : outputs) {
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < output.shape().size(); i++) {
                long declared = output.shape().get(i);
                Long size = declared >= 0
                        ? Long.valueOf(declared)
                        : sizes.get(output.dimensionNames().get(i));
                if (size == null) {
                    return Optional.empty();
                }
                shape.add(size);
            }
            shapes.add(shape);
        }
        return Optional.of(shapes);
    }

    private void checkType(TensorSpec spec, List<ElementType> types) {
        List<String> labels = types.stream().map(ElementType::label).toList();
        if (!labels.contains(spec.dtype())) {
            throw problem(spec, "type " + String.join(" or ", labels), spec.dtype());
        }
    }

    /** Whether the model has one input, of that type. */
    public boolean loneInputIs(ElementType type) {
        return inputs.size() == 1 && inputs.get(0).dtype().equals(type.label());
    }

    /**
     * A dimension's name stands for one size in all inputs of a run: {@code sizes} collects what it stands for. Where an input has one name for two
     * dimensions, as some exporters name all that are dynamic alike, it says nothing.
     */
    private void checkShape(TensorSpec input, List<Long> shape, Map<String, Long> sizes) {
        boolean fits = shape.size() == input.shape().size();
        for (int i = 0; fits && i < shape.size(); i++) {
            fits = input.shape().get(i) < 0 || input.shape().get(i).equals(shape.get(i));
        }
        if (!fits) {
            throw problem(input, "shape " + input.shapeText(), shape.toString());
        }
        for (int i = 0; i < shape.size(); i++) {
            String dimension = input.dimensionNames().get(i);
            boolean tells = !dimension.isEmpty() && Collections.frequency(input.dimensionNames(), dimension) == 1;
            Long before = !tells ? null : sizes.putIfAbsent(dimension, shape.get(i));
            if (before != null && !before.equals(shape.get(i))) {
                throw problem(
                        input,
                        "shape " + input.shapeText() + " with " + dimension + " = " + before + " as before",
                        shape.toString());
            }
        }
    }

    private void checkNames(Collection<String> given) {
        List<String> expected = names(inputs);
        if (given.size() != expected.size() || !given.containsAll(expected)) {
            throw new ModelException(
                    model + ": expected the inputs " + expected + ", found " + new TreeSet<>(given) + ".");
        }
    }

    private ModelException problem(TensorSpec spec, String expected, String found) {
        return new ModelException(
                model + ": expected " + spec.name() + " to be of " + expected + ", found " + found + ".");
    }

    private static List<String> names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).toList();
    }
}
