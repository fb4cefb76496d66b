package ham.merge.space;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.kernel.Kernels;
import ham.merge.method.CatMerge;
import ham.merge.method.Laws;
import ham.merge.method.LinearMerge;
import ham.merge.method.SignRule;
import ham.merge.method.TiesMerge;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Spaces lose nothing, and merging in them is what the papers' dense formulas give. */
class SpaceMergeTest {
    private static final WeightMerge TIES = new TiesMerge(new BigDecimal("0.3"), SignRule.TOTAL, 1);

    private final FactorProducts products = new FactorProducts(Kernels.best());

    @ParameterizedTest
    @EnumSource(MergeSpace.class)
    void whatIsLinearIsTheSameInEverySpace(MergeSpace space) {
        for (int outputs : List.of(5, 30)) {
            List<Contribution> some = some(new Random(outputs), outputs, 20);
            for (WeightMerge merge : List.of(new CatMerge(), new LinearMerge(5))) {
                Matrix expected = merge.merge("w", some, products);
                assertThat(Laws.largestDifference(new SpaceMerge(space, merge).merge("w", some, products), expected))
                        .isLessThan(1e-5 * Laws.largestEntry(expected));
            }
        }
    }

    /** The dense formula: all deltas beside each other, their left singular vectors, the entries of {@code U^T D}. */
    @Test
    void knotsIsWhatTheDenseControlIs() {
        List<Contribution> some = some(new Random(3), 12, 10);
        Dense stacked =
                some.stream().map(SpaceMergeTest::delta).reduce(Dense::beside).orElseThrow();
        Dense u = stacked.svd().u();
        List<Contribution> inside = some.stream()
                .map(each -> dense(each, u.transposedTimes(delta(each))))
                .toList();
        Dense expected = u.times(Dense.of(TIES.merge("w", inside, products)));
        assertClose(new SpaceMerge(MergeSpace.KNOTS, TIES).merge("w", some, products), expected);
    }

    /** The dense formula: {@code U^T D V} in the singular vectors of all B and all A. */
    @Test
    void coreIsWhatTheDenseControlIs() {
        List<Contribution> some = some(new Random(4), 14, 11);
        Dense u = some.stream()
                .map(each -> Dense.of(each.factors().b()))
                .reduce(Dense::beside)
                .orElseThrow()
                .svd()
                .u();
        Dense v = some.stream()
                .map(each -> Dense.of(each.factors().a()).transpose())
                .reduce(Dense::beside)
                .orElseThrow()
                .svd()
                .u();
        List<Contribution> inside = some.stream()
                .map(each -> dense(each, u.transposedTimes(delta(each)).times(v)))
                .toList();
        Dense expected = u.times(Dense.of(TIES.merge("w", inside, products))).times(v.transpose());
        assertClose(new SpaceMerge(MergeSpace.CORE, TIES).merge("w", some, products), expected);
    }

    @ParameterizedTest
    @EnumSource(MergeSpace.class)
    void adaptersThatChangeNothingGiveNothing(MergeSpace space) {
        LoraFactors zero = new LoraFactors(Matrix.zeros(2, 5), Matrix.zeros(4, 2), 1);
        Matrix merged = new SpaceMerge(space, TIES)
                .merge("w", List.of(new Contribution("a", 1, zero), new Contribution("b", 1, zero)), products);
        assertThat(merged).isEqualTo(Matrix.zeros(4, 5));
    }

    private static void assertClose(Matrix found, Dense expected) {
        double largest = Laws.largestEntry(expected.toMatrix());
        assertThat(largest).isPositive();
        assertThat(Laws.largestDifference(found, expected.toMatrix())).isLessThan(1e-5 * largest);
    }

    private static Dense delta(Contribution each) {
        return new Dense(each.factors().outputs(), each.factors().inputs(), Laws.dense(each.factors()));
    }

    /** A contribution whose delta is the given matrix: B is the identity. */
    private static Contribution dense(Contribution of, Dense delta) {
        Matrix identity = Matrix.zeros(delta.rows(), delta.rows());
        for (int i = 0; i < delta.rows(); i++) {
            identity.data()[i * delta.rows() + i] = 1;
        }
        return new Contribution(of.adapter(), of.weight(), new LoraFactors(delta.toMatrix(), identity, 1));
    }

    private static List<Contribution> some(Random random, int outputs, int inputs) {
        List<Contribution> some = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            some.add(new Contribution(
                    "adapter" + i,
                    1 + random.nextInt(2),
                    new LoraFactors(Laws.matrix(random, 2, inputs), Laws.matrix(random, outputs, 2), 0.5)));
        }
        return some;
    }
}
