package ham.serve.service;

import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.serve.protocol.ServeException;
import ham.serve.repository.LoadedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An output that a request asks for.
 *
 * @param name of the output
 * @param classes how many of the best classes to tell instead of the numbers; 0 for the numbers
 * @param binary whether its bytes go behind the JSON
 */
public record WantedOutput(String name, int classes, boolean binary) {
    /** The largest number of classes that may be asked for. */
    private static final int MOST_CLASSES = 100_000;

    /** Checks the number of classes. */
    public WantedOutput {
        if (classes < 0 || classes > MOST_CLASSES) {
            throw ServeException.invalid(
                    "Output " + name + ": expected a classification of at least 1, found " + classes + ".");
        }
    }

    /**
     * What is asked for; everything where nothing is named.
     *
     * @throws ServeException if the model has no such output, or one is named twice
     */
    public static Map<String, WantedOutput> of(List<WantedOutput> named, LoadedModel model, boolean binary) {
        List<TensorSpec> outputs = model.engine().outputs();
        Map<String, WantedOutput> wanted = new LinkedHashMap<>();
        if (named.isEmpty()) {
            outputs.forEach(each -> wanted.put(each.name(), new WantedOutput(each.name(), 0, binary)));
            return wanted;
        }
        for (WantedOutput each : named) {
            if (outputs.stream().noneMatch(output -> output.name().equals(each.name()))) {
                throw ServeException.invalid(model.name() + ": expected outputs of "
                        + outputs.stream().map(TensorSpec::name).toList() + ", found '" + each.name() + "'.");
            }
            if (wanted.put(each.name(), each) != null) {
                throw ServeException.invalid(
                        model.name() + ": expected every output once, found '" + each.name() + "' twice.");
            }
        }
        return wanted;
    }

    /**
     * The best classes of every row, as {@code score:number:label}.
     *
     * @param labels of the columns; empty where they have none
     * @return row by row, as many each
     */
    public List<List<String>> best(Tensor output, List<String> labels) {
        int rank = output.shape().size();
        if (output.type() != ElementType.FLOAT32 || rank < 1) {
            throw ServeException.invalid("Output " + name + ": expected a float output with a column a class, found "
                    + output.type().label() + " of shape " + output.shape() + ".");
        }
        int width = Math.toIntExact(output.shape().get(rank - 1));
        float[] values = output.floats();
        List<List<String>> rows = new ArrayList<>();
        for (int from = 0; from < values.length; from += width) {
            rows.add(row(values, from, width, labels));
        }
        return rows;
    }

    private List<String> row(float[] values, int from, int width, List<String> labels) {
        List<Integer> order = new ArrayList<>(width);
        for (int i = 0; i < width; i++) {
            order.add(i);
        }
        order.sort((one, other) -> Float.compare(values[from + other], values[from + one]));
        return order.subList(0, Math.min(classes, width)).stream()
                .map(i -> values[from + i] + ":" + i + (labels.size() == width ? ":" + labels.get(i) : ""))
                .toList();
    }
}
