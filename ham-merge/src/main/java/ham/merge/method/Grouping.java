package ham.merge.method;

import ham.merge.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;

/**
 * Which adapter belongs to which group, decided from numbers alone: one adapter at a time opens a group or joins the most similar one. Not
 * thread-safe. Source: METHOD "place" and "join", arXiv 2509.13211.
 */
final class Grouping {
    /** Far above the error of a cosine whose inner products are of float32, far below what tells adapters apart. */
    private static final double DOUBT = 2e-6;

    private final HamParameters parameters;
    private final ToDoubleBiFunction<Group, Integer> exactSimilarity;
    private final List<Group> groups = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /**
     * No group yet.
     *
     * @param exactSimilarity of a group and the adapter of an index; asked for when inner products leave a choice in doubt
     */
    Grouping(HamParameters parameters, ToDoubleBiFunction<Group, Integer> exactSimilarity) {
        this.parameters = parameters;
        this.exactSimilarity = exactSimilarity;
    }

    List<Group> groups() {
        return List.copyOf(groups);
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    /**
     * Gives the groups the scalars that they had after the training of the adapter that comes next.
     *
     * @throws InputException when there are more or fewer scalars than groups, or one is not finite
     */
    void train(String adapter, List<Double> alphas) {
        if (alphas.size() != groups.size()) {
            throw new InputException("adapter " + adapter + " was trained beside " + alphas.size()
                    + " groups, but with these parameters the merge has " + groups.size()
                    + " before it; merge with the parameters of its run, or independently (--mode independent)");
        }
        alphas.forEach(each -> requireFinite(adapter, each));
        for (int i = 0; i < groups.size(); i++) {
            groups.set(i, groups.get(i).withAlpha(alphas.get(i)));
        }
    }

    /**
     * Places the next adapter.
     *
     * @param squaredNorms of its pruned delta, at every weight that it changes
     * @param innerProducts of its pruned delta with a group's, at every weight that both change
     * @throws InputException when {@code alpha} is not finite
     */
    Step add(
            String adapter,
            double alpha,
            SortedMap<String, Double> squaredNorms,
            Function<Group, SortedMap<String, Double>> innerProducts) {
        requireFinite(adapter, alpha);
        List<SortedMap<String, Double>> products =
                groups.stream().map(innerProducts).toList();
        List<Double> similarities = new ArrayList<>();
        for (int i = 0; i < products.size(); i++) {
            similarities.add(
                    parameters.similarity().of(products.get(i), groups.get(i).squaredNorms(), squaredNorms));
        }
        int index = steps.size();
        if (inDoubt(similarities)) {
            similarities.clear();
            groups.forEach(group -> similarities.add(exactSimilarity.applyAsDouble(group, index)));
        }
        int best = mostSimilar(similarities);
        boolean open = best < 0 || (similarities.get(best) < parameters.tau() && mayOpen());
        if (open) {
            best = groups.size();
            groups.add(Group.open(index, adapter, alpha, squaredNorms));
        } else {
            Group.Member member = new Group.Member(index, adapter, 1);
            groups.set(best, groups.get(best).join(parameters.join(), member, alpha, products.get(best), squaredNorms));
        }
        Step step = new Step(
                adapter,
                alpha,
                similarities,
                best,
                open,
                groups.get(best).alpha(),
                Math.sqrt(Similarity.total(squaredNorms)));
        steps.add(step);
        return step;
    }

    private boolean mayOpen() {
        return groups.size() < parameters.maxGroups();
    }

    private boolean inDoubt(List<Double> similarities) {
        double best = similarities.stream().reduce(Double.NEGATIVE_INFINITY, Math::max);
        long near = similarities.stream().filter(each -> best - each < DOUBT).count();
        return near > 1 || (near == 1 && mayOpen() && Math.abs(best - parameters.tau()) < DOUBT);
    }

    private static int mostSimilar(List<Double> similarities) {
        int best = -1;
        for (int i = 0; i < similarities.size(); i++) {
            if (best < 0 || similarities.get(i) > similarities.get(best)) {
                best = i;
            }
        }
        return best;
    }

    /**
     * What the delta of every adapter counts in the merged delta, in the order of the adapters.
     *
     * @throws InputException with {@link Combine#MEAN} when a group's scalar is not positive
     */
    List<Double> coefficients() {
        double divisor = 1;
        if (parameters.combine() == Combine.MEAN) {
            divisor = 0;
            for (Group group : groups) {
                if (!(group.alpha() > 0)) {
                    throw new InputException("--combine mean: expected every group's alpha above 0, found "
                            + group.alpha() + "; use --combine sum");
                }
                divisor += group.alpha();
            }
        }
        Double[] coefficients = new Double[steps.size()];
        for (Group group : groups) {
            for (Group.Member member : group.members()) {
                coefficients[member.adapter()] = group.alpha() / divisor * member.coefficient();
            }
        }
        return List.of(coefficients);
    }

    private static void requireFinite(String adapter, double alpha) {
        if (!Double.isFinite(alpha)) {
            throw new InputException("adapter " + adapter + ": expected finite importance scalars, found " + alpha);
        }
    }
}
