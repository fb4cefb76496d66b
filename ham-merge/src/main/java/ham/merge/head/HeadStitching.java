package ham.merge.head;

import ham.merge.tensor.Matrix;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One head over the classes of all tasks, from a head a task. Linear and prototype heads hold their own task's classes and are concatenated;
 * an analytic head is cumulative, so the last one is taken, which must cover all the classes of the heads before it.
 */
public final class HeadStitching {
    private HeadStitching() {}

    /**
     * Joins heads in task order.
     *
     * @param heads at least one
     * @throws IllegalArgumentException when kinds or widths differ, a class occurs twice, or the last analytic head lacks a class
     */
    public static NamedHead join(List<NamedHead> heads) {
        HeadKind kind = heads.get(0).head().kind();
        int features = heads.get(0).head().features();
        int blocks = heads.get(0).featureBlocks();
        for (NamedHead each : heads) {
            require(
                    each.head().kind() == kind,
                    "expected " + kind.optionName() + " heads only, found one of kind "
                            + each.head().kind().optionName());
            require(
                    each.head().features() == features,
                    "expected heads for " + features + " features, found one for "
                            + each.head().features());
            require(
                    each.featureBlocks() == blocks,
                    "expected heads that read " + blocks + " blocks beside the feature, found one that reads "
                            + each.featureBlocks());
        }
        return kind == HeadKind.ANALYTIC ? last(heads) : concatenated(heads);
    }

    private static NamedHead last(List<NamedHead> heads) {
        NamedHead last = heads.get(heads.size() - 1);
        Set<String> covered = new HashSet<>(last.classes());
        for (NamedHead each : heads) {
            for (String name : each.classes()) {
                require(
                        covered.contains(name),
                        "the last analytic head does not cover class '" + name
                                + "'; give the adapters in training order");
            }
        }
        return last;
    }

    /**
     * An analytic head for some of its classes; the other logits do not change. A head that is not analytic knows its own classes only and
     * stays as it is.
     *
     * @param classes at least one
     * @return the same head when these are all of its classes
     * @throws IllegalArgumentException when one of the classes is not in the head
     */
    public static NamedHead only(Set<String> classes, NamedHead named) {
        if (!(named.head() instanceof AnalyticHead head)) {
            return named;
        }
        classes.forEach(name ->
                require(named.classes().contains(name), "the last analytic head does not cover class '" + name + "'"));
        if (classes.containsAll(named.classes())) {
            return named;
        }
        int width = head.weight().columns();
        List<String> kept = named.classes().stream().filter(classes::contains).toList();
        Matrix weight = Matrix.zeros(kept.size(), width);
        int row = 0;
        for (int i = 0; i < named.classes().size(); i++) {
            if (classes.contains(named.classes().get(i))) {
                System.arraycopy(head.weight().data(), i * width, weight.data(), row++ * width, width);
            }
        }
        return new NamedHead(new AnalyticHead(head.projection(), weight), kept, named.featureBlocks(), named.feature());
    }

    private static NamedHead concatenated(List<NamedHead> heads) {
        Set<String> classes = new LinkedHashSet<>();
        for (NamedHead each : heads) {
            for (String name : each.classes()) {
                require(classes.add(name), "class '" + name + "' is in two heads");
            }
        }
        if (heads.size() == 1) {
            return heads.get(0);
        }
        int features = heads.get(0).head().features();
        Matrix weight = Matrix.zeros(classes.size(), features);
        float[] bias = new float[classes.size()];
        boolean linear = false;
        int row = 0;
        for (NamedHead each : heads) {
            Matrix rows;
            if (each.head() instanceof LinearHead head) {
                linear = true;
                rows = head.weight();
                System.arraycopy(head.bias(), 0, bias, row, head.bias().length);
            } else {
                rows = ((PrototypeHead) each.head()).weight();
            }
            System.arraycopy(rows.data(), 0, weight.data(), row * features, rows.data().length);
            row += rows.rows();
        }
        return new NamedHead(
                linear ? new LinearHead(weight, bias) : new PrototypeHead(weight),
                List.copyOf(classes),
                heads.get(0).featureBlocks(),
                heads.stream().map(NamedHead::feature).reduce(HeadFeature::with).orElseThrow());
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }
}
