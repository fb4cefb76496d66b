package ham.job.tune;

import ham.common.ArgMax;
import ham.export.parity.ParityReport;
import ham.runtime.classify.AnswerForm;
import ham.runtime.classify.Labels;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.OutputDifference;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the model as it is answers on some inputs, with which the answers of another form are compared. */
final class Answers {
    private static final double TOLERANCE = ParityReport.RELATIVE_TOLERANCE;
    /** Values as small as this part of 1 are noise around 0. */
    private static final double SMALLEST = 1e-3;

    private static final Set<ElementType> FLOATS =
            Set.of(ElementType.FLOAT32, ElementType.FLOAT64, ElementType.FLOAT16, ElementType.BFLOAT16);

    private final List<Map<String, Tensor>> expected;
    /** The output that tells the class, by a number a class or by its number; empty where none is known to. */
    private final Optional<String> classes;
    /** Range of the values of each output of floats over all inputs. */
    private final Map<String, Double> ranges = new LinkedHashMap<>();

    /**
     * Answers of the plain model.
     *
     * @param outputs as the model declares them
     * @param metadata of the model
     * @param expected name to value, for each input; at least one
     */
    Answers(List<TensorSpec> outputs, Map<String, String> metadata, List<Map<String, Tensor>> expected) {
        this.expected = expected;
        this.classes = classes(outputs, metadata);
        expected.get(0).forEach((name, value) -> {
            if (FLOATS.contains(value.type())) {
                ranges.put(name, range(name));
            }
        });
    }

    /** The output that metadata name, or that is called so; of a model with labels the first. */
    private static Optional<String> classes(List<TensorSpec> outputs, Map<String, String> metadata) {
        List<String> names = outputs.stream().map(TensorSpec::name).toList();
        if ("top-k".equals(metadata.get(AnswerForm.METADATA_KEY)) && names.size() > 1) {
            return Optional.of(names.get(1)); // numbers of classes, the best first
        }
        return Stream.of(
                        metadata.getOrDefault(AnswerForm.LOGITS_KEY, ParityReport.LOGITS),
                        ParityReport.LOGITS,
                        ParityReport.PROBABILITIES)
                .filter(names::contains)
                .findFirst()
                .or(() -> metadata.containsKey(Labels.METADATA_KEY)
                        ? names.stream().findFirst()
                        : Optional.empty());
    }

    private double range(String name) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (Map<String, Tensor> each : expected) {
            for (float value : each.get(name).floats()) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        return most - least;
    }

    /**
     * How far another form agrees.
     *
     * @param found its answers on the same inputs
     * @param sameClasses whether it may answer a little otherwise: then the part of rows with the same most probable class, and without classes the part of
     *     answers within a tenth of the range; else the part of outputs of which all values are as good as equal
     * @return from 0 to 1; 0 where nothing can be compared
     */
    double agreement(List<Map<String, Tensor>> found, boolean sameClasses) {
        int rows = 0;
        int same = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (String output : compared(sameClasses)) {
                Tensor wanted = expected.get(i).get(output);
                Tensor given = found.get(i).get(output);
                for (boolean each : agree(output, wanted, given, sameClasses)) {
                    rows++;
                    same += each ? 1 : 0;
                }
            }
        }
        return rows == 0 ? 0 : (double) same / rows;
    }

    private List<String> compared(boolean sameClasses) {
        if (sameClasses && classes.isPresent()) {
            return List.of(classes.get());
        }
        return List.copyOf(ranges.isEmpty() ? expected.get(0).keySet() : ranges.keySet());
    }

    private boolean[] agree(String output, Tensor wanted, Tensor given, boolean sameClasses) {
        if (given == null || wanted.type() != given.type() || !wanted.shape().equals(given.shape())) {
            return new boolean[] {false};
        }
        int size = wanted.shape().isEmpty()
                ? 1
                : wanted.shape().get(wanted.shape().size() - 1).intValue();
        boolean told = sameClasses && classes.filter(output::equals).isPresent();
        if (!FLOATS.contains(wanted.type())) {
            return equal(wanted.longs(), given.longs(), told ? Math.max(1, size) : 1);
        }
        if (told && size > 1) {
            return top(wanted.floats(), given.floats(), size);
        }
        double bound = sameClasses ? ParityReport.INTEGER_TOLERANCE * ranges.get(output) : bound(wanted);
        return new boolean[] {within(wanted.floats(), given.floats(), bound)};
    }

    /** Whether the first of every so many is equal. */
    private static boolean[] equal(long[] wanted, long[] given, int step) {
        boolean[] equal = new boolean[wanted.length / step];
        for (int row = 0; row < equal.length; row++) {
            equal[row] = wanted[row * step] == given[row * step];
        }
        return equal;
    }

    private static boolean[] top(float[] wanted, float[] given, int size) {
        boolean[] same = new boolean[wanted.length / size];
        for (int row = 0; row < same.length; row++) {
            same[row] = ArgMax.of(wanted, row * size, size) == ArgMax.of(given, row * size, size);
        }
        return same;
    }

    private static double bound(Tensor wanted) {
        double largest = SMALLEST;
        for (float each : wanted.floats()) {
            largest = Math.max(largest, Math.abs(each));
        }
        boolean half = wanted.type() == ElementType.FLOAT16 || wanted.type() == ElementType.BFLOAT16;
        return largest * (half ? ParityReport.HALF_TOLERANCE : TOLERANCE);
    }

    private static boolean within(float[] wanted, float[] given, double bound) {
        return wanted.length == 0 || OutputDifference.of(wanted, given, 1).maxAbs() <= bound;
    }
}
