package ham.merge.join;

import ham.merge.InputException;
import ham.merge.combine.Combine;
import ham.merge.compare.Similarity;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Which adapter belongs to which group, decided from numbers alone: one adapter at a time opens a group or joins the most similar one. Not
 * thread-safe. Source: METHOD "place" and "join", arXiv 2509.13211.
 */
public final class Grouping {
    private final HamParameters parameters;
    private final ToDoubleBiFunction<Group, Integer> exactSimilarity;
    private final double error;
    private final List<Group> groups = new ArrayList<>();
    private final List<MergeStep> steps = new ArrayList<>();
    /** Of every adapter so far, the weights that it changes. */
    private final List<Set<String>> changed = new ArrayList<>();

    /**
     * No group yet, and inner products that are taken as they are.
     */
    public Grouping(HamParameters parameters) {
        this(parameters, 0, (group, adapter) -> {
            throw new IllegalStateException("nothing is in doubt");
        });
    }

    /**
     * No group yet.
     *
     * @param error bound of the error of similarities near 1 that come from inner products; they count as equal within it
     * @param exactSimilarity of a group and the adapter of an index; asked for when that error leaves a choice in doubt
     */
    public Grouping(HamParameters parameters, double error, ToDoubleBiFunction<Group, Integer> exactSimilarity) {
        this.parameters = parameters;
        this.error = error;
        this.exactSimilarity = exactSimilarity;
    }

    public List<Group> groups() {
        return List.copyOf(groups);
    }

    public List<MergeStep> steps() {
        return List.copyOf(steps);
    }

    /**
     * Gives the groups the scalars that they had after the training of the adapter that comes next.
     *
     * @throws InputException when there are more or fewer scalars than groups, one is not finite, or they are not one
     *     for all weights nor one for each that the group changes
     */
    public void train(String adapter, List<Importance> alphas) {
        check(adapter, alphas, groups.size(), groups.size());
        for (int i = 0; i < groups.size(); i++) {
            requireWeights(
                    adapter + ", group " + i, groups.get(i).squaredNorms().keySet(), alphas.get(i));
            groups.set(i, groups.get(i).withAlpha(alphas.get(i)));
        }
    }

    /**
     * Places the next adapter.
     *
     * @param squaredNorms of its pruned delta, at every weight that it changes
     * @param innerProducts of its pruned delta with a group's, at every weight that both change
     * @throws InputException when {@code alpha} is not finite, or neither one scalar nor one for each weight that the adapter changes
     */
    public MergeStep add(
            String adapter,
            Importance alpha,
            SortedMap<String, Double> squaredNorms,
            Function<Group, SortedMap<String, Double>> innerProducts) {
        check(adapter, squaredNorms.keySet(), alpha);
        List<SortedMap<String, Double>> products =
                groups.stream().map(innerProducts).toList();
        List<Double> similarities = new ArrayList<>();
        for (int i = 0; i < products.size(); i++) {
            similarities.add(
                    parameters.similarity().of(products.get(i), groups.get(i).squaredNorms(), squaredNorms));
        }
        int index = steps.size();
        resolveDoubt(similarities, index);
        int best = mostSimilar(similarities);
        boolean open = best < 0 || (similarities.get(best) < parameters.tau() && mayOpen());
        if (open) {
            best = groups.size();
            groups.add(Group.open(index, adapter, alpha, squaredNorms));
        } else {
            Group.Member member = new Group.Member(index, adapter, Importance.ONE);
            Group group = groups.get(best);
            groups.set(
                    best,
                    group.join(
                            parameters.join(),
                            member,
                            alpha,
                            weight -> changing(group, weight),
                            products.get(best),
                            squaredNorms));
        }
        MergeStep step = new MergeStep(
                adapter,
                alpha,
                similarities,
                best,
                open,
                groups.get(best).alpha().mean(),
                Math.sqrt(Similarity.total(squaredNorms)));
        steps.add(step);
        changed.add(Set.copyOf(squaredNorms.keySet()));
        return step;
    }

    private int changing(Group group, String weight) {
        return (int) group.members().stream()
                .filter(member -> changed.get(member.adapter()).contains(weight))
                .count();
    }

    private boolean mayOpen() {
        return groups.size() < parameters.maxGroups();
    }

    /** Computes anew what is as good as the best or as tau. The error of the similarity of unlike deltas is far smaller than that of like ones. */
    private void resolveDoubt(List<Double> similarities, int adapter) {
        double best = similarities.stream().reduce(Double.NEGATIVE_INFINITY, Math::max);
        double doubt = 2 * error * (Math.abs(best) + 0.05);
        List<Integer> near = IntStream.range(0, similarities.size())
                .filter(i -> best - similarities.get(i) < doubt)
                .boxed()
                .toList();
        if (near.size() > 1 || (near.size() == 1 && mayOpen() && Math.abs(best - parameters.tau()) < doubt)) {
            near.forEach(i -> similarities.set(i, exactSimilarity.applyAsDouble(groups.get(i), adapter)));
        }
    }

    /** Of those that are equal the first; -1 without any. */
    private int mostSimilar(List<Double> similarities) {
        if (similarities.isEmpty()) {
            return -1;
        }
        double best = similarities.stream().reduce(Double.NEGATIVE_INFINITY, Math::max);
        double equal = best - error * Math.abs(best);
        return (int) similarities.stream().takeWhile(each -> each < equal).count();
    }

    /**
     * What every group's delta counts in the merged delta.
     *
     * @throws InputException with {@link Combine#MEAN} when a group's scalar is not positive
     */
    List<Importance> groupCoefficients() {
        Importance divisor = Importance.ONE;
        if (parameters.combine() == Combine.MEAN) {
            for (Group group : groups) {
                if (!group.alpha().all(alpha -> alpha > 0)) {
                    throw InputException.parameter(
                            "combine",
                            "expected every group's alpha above 0 for mean, found " + lowest(group.alpha())
                                    + "; combine by sum");
                }
            }
            divisor = Importance.sum(groups.stream().map(Group::alpha).toList());
        }
        Importance total = divisor;
        return groups.stream().map(group -> group.alpha().over(total)).toList();
    }

    /**
     * What the delta of every adapter counts in the merged delta, in the order of the adapters.
     *
     * @throws InputException as {@link #groupCoefficients}
     */
    public List<Importance> coefficients() {
        List<Importance> ofGroups = groupCoefficients();
        Importance[] coefficients = new Importance[steps.size()];
        for (int g = 0; g < groups.size(); g++) {
            for (Group.Member member : groups.get(g).members()) {
                coefficients[member.adapter()] = ofGroups.get(g).times(member.coefficient());
            }
        }
        return List.of(coefficients);
    }

    /**
     * Checks an adapter's scalar.
     *
     * @param weights that the adapter changes
     * @throws InputException as {@link #add}
     */
    public static void check(String adapter, Set<String> weights, Importance alpha) {
        requireFinite(adapter, alpha);
        requireWeights(adapter, weights, alpha);
    }

    /**
     * Checks the scalars of the groups after an adapter's training as far as their number before it is known.
     *
     * @param least how many groups there are at least
     * @param most how many at most
     * @throws InputException as {@link #train}
     */
    public static void check(String adapter, List<Importance> alphas, int least, int most) {
        if (alphas.size() < least || alphas.size() > most) {
            throw new InputException("adapter " + adapter + " was trained beside " + alphas.size()
                    + " groups, but with these parameters the merge has "
                    + (least == most ? most : least + " to " + most)
                    + " before it; merge with the parameters of its run, or independently (mode independent)");
        }
        alphas.forEach(each -> requireFinite(adapter, each));
    }

    private static double lowest(Importance alpha) {
        return alpha.layers().values().stream().reduce(alpha.mean(), Math::min);
    }

    private static void requireFinite(String adapter, Importance alpha) {
        if (!alpha.all(Double::isFinite)) {
            throw new InputException("adapter " + adapter + ": expected finite importance scalars, found "
                    + (alpha.isPerLayer() ? alpha.layers() : alpha.mean()));
        }
    }

    private static void requireWeights(String whose, Set<String> weights, Importance alpha) {
        if (alpha.isPerLayer() && !alpha.layers().keySet().equals(weights)) {
            throw new InputException("adapter " + whose + ": expected one importance scalar, or one for each of the "
                    + weights.size() + " weights that change, found them for "
                    + alpha.layers().size()
                    + " weights or under other names");
        }
    }
}
