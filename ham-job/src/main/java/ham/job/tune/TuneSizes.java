package ham.job.tune;

import ham.merge.InputException;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a model is measured with, as far as it leaves that free.
 *
 * @param batch rows of a run
 * @param lengths tokens of a text; empty for a model that takes none
 */
record TuneSizes(int batch, List<Integer> lengths) {
    /**
     * What was asked for, or what the model fixes.
     *
     * @throws InputException if something else was asked for than the model fixes
     */
    static TuneSizes of(List<TensorSpec> inputs, TuneRequest request) {
        return new TuneSizes(batch(inputs, request), lengths(inputs, request));
    }

    private static int batch(List<TensorSpec> inputs, TuneRequest request) {
        List<Long> rows = inputs.stream()
                .filter(each -> !each.shape().isEmpty())
                .map(each -> each.shape().get(0))
                .toList();
        if (rows.isEmpty() || rows.stream().anyMatch(each -> each < 0)) {
            return request.batch().orElse(TuneRequest.BATCH);
        }
        int fixed = rows.get(0).intValue();
        if (request.batch().orElse(fixed) != fixed) {
            throw InputException.parameter(
                    "batch",
                    "expected " + fixed + ", which " + request.model() + " fixes, found "
                            + request.batch().getAsInt() + "; leave it out");
        }
        return fixed;
    }

    private static List<Integer> lengths(List<TensorSpec> inputs, TuneRequest request) {
        if (TuneInputs.hasLength(inputs)) {
            return request.lengths().orElse(request.usualLengths());
        }
        List<Integer> fixed = inputs.stream()
                .filter(each -> TuneInputs.isWhole(each) && each.shape().size() > 1)
                .map(each -> each.shape().get(1).intValue())
                .distinct()
                .toList();
        if (!fixed.containsAll(request.lengths().orElse(List.of()))) {
            throw InputException.parameter(
                    "length",
                    "expected "
                            + (fixed.isEmpty()
                                    ? "none for " + request.model() + ", which takes no tokens"
                                    : text(fixed) + ", which " + request.model() + " fixes")
                            + ", found " + text(request.lengths().get()) + "; leave it out");
        }
        return fixed;
    }

    private static String text(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
