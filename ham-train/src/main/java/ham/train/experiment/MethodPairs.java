package ham.train.experiment;

import ham.train.metrics.PairedComparison;
import ham.train.metrics.Predictions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Methods of an experiment two and two, on the same test images and in all runs that both have. */
public final class MethodPairs {
    private static final long SEED = 0;

    private MethodPairs() {}

    /**
     * Two methods under one head.
     *
     * @param head name of the head
     * @param method the first
     * @param against the second
     * @param comparison of the last models
     */
    public record Pair(String head, String method, String against, PairedComparison comparison) {}

    /** All pairs, the later of the plan against the earlier; runs that left no predictions are left out. */
    public static List<Pair> of(ExperimentResults results) {
        List<Pair> pairs = new ArrayList<>();
        List<String> names = results.names();
        for (String head : results.heads()) {
            for (int first = 1; first < names.size(); first++) {
                for (int second = 0; second < first; second++) {
                    pair(results, head, names.get(first), names.get(second)).ifPresent(pairs::add);
                }
            }
        }
        return pairs;
    }

    private static Optional<Pair> pair(ExperimentResults results, String head, String method, String against) {
        List<boolean[]> first = new ArrayList<>();
        List<boolean[]> second = new ArrayList<>();
        for (MeasuredRun run : results.of(method)) {
            results.of(against).stream()
                    .filter(other -> other.run().order().equals(run.run().order()))
                    .findFirst()
                    .filter(other -> comparable(run, other, head))
                    .ifPresent(other -> {
                        first.add(right(run, head));
                        second.add(right(other, head));
                    });
        }
        boolean same = first.stream().mapToInt(each -> each.length).distinct().count() == 1;
        return same
                ? Optional.of(new Pair(
                        head,
                        method,
                        against,
                        PairedComparison.of(first.toArray(boolean[][]::new), second.toArray(boolean[][]::new), SEED)))
                : Optional.empty();
    }

    private static boolean comparable(MeasuredRun first, MeasuredRun second, String head) {
        return answers(first, head) && answers(second, head) && right(first, head).length == right(second, head).length;
    }

    private static boolean answers(MeasuredRun run, String head) {
        return run.predictions()
                .filter(all -> all.answers().containsKey(variant(run, head)))
                .isPresent();
    }

    private static boolean[] right(MeasuredRun run, String head) {
        Predictions predictions = run.predictions().orElseThrow();
        return predictions.right(variant(run, head));
    }

    private static String variant(MeasuredRun run, String head) {
        return run.run().config().learning().method().optionName() + "/" + head;
    }

    /** A line a pair, under a line of names; differences are fractions. */
    public static String csv(List<Pair> pairs) {
        StringBuilder lines =
                new StringBuilder("head,method,against,runs,images,difference,low,high,only_method,only_against,p\n");
        for (Pair pair : pairs) {
            PairedComparison each = pair.comparison();
            lines.append(String.join(
                            ",",
                            pair.head(),
                            pair.method(),
                            pair.against(),
                            String.valueOf(each.runs()),
                            String.valueOf(each.images()),
                            String.valueOf(each.difference()),
                            String.valueOf(each.low()),
                            String.valueOf(each.high()),
                            String.valueOf(each.onlyFirst()),
                            String.valueOf(each.onlySecond()),
                            String.valueOf(each.p())))
                    .append('\n');
        }
        return lines.toString();
    }
}
