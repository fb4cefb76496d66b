package ham.merge.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.kernel.Dense;
import ham.merge.kernel.Kernels;
import ham.merge.method.Laws;
import ham.merge.method.WeightMerge;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of the spectral merges, and dense controls that follow the papers' formulas step by step. */
class SpectralMergesTest {
    private static final BigDecimal HALF = new BigDecimal("0.5");

    private final FactorProducts products = new FactorProducts(Kernels.best());

    static List<WeightMerge> unchanging() {
        return List.of(new TsvMerge(1), new OpcmMerge(HALF));
    }

    @ParameterizedTest
    @MethodSource("unchanging")
    void oneAdapterStaysAsItIs(WeightMerge merge) {
        List<Contribution> one = some(new Random(1), 1, 9, 12, 3);
        assertClose(merge.merge("w", one, products), delta(one.get(0)));
    }

    static List<WeightMerge> all() {
        return List.of(
                new TsvMerge(1), new IsoCMerge(1), new IsoCtsMerge(IsoCtsMerge.DEFAULT_COMMON, 1), new OpcmMerge(HALF));
    }

    @ParameterizedTest
    @MethodSource("all")
    void adaptersThatChangeNothingGiveNothing(WeightMerge merge) {
        LoraFactors zero = new LoraFactors(Matrix.zeros(2, 5), Matrix.zeros(4, 2), 1);
        Matrix merged =
                merge.merge("w", List.of(new Contribution("a", 1, zero), new Contribution("b", 1, zero)), products);
        assertThat(Laws.largestEntry(merged)).isZero();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theSignOfAWeightIsTheSignOfTheResult(WeightMerge merge) {
        List<Contribution> some = some(new Random(3), 3, 10, 8, 2);
        List<Contribution> negative = some.stream()
                .map(each -> new Contribution(each.adapter(), -each.weight(), each.factors()))
                .toList();
        Dense expected = Dense.of(merge.merge("w", some, products)).times(-1);
        assertClose(merge.merge("w", negative, products), expected);
    }

    /** All singular values survive, whatever the tasks have in common. */
    @Test
    void tsvKeepsTheSingularValuesOfAllTasks() {
        Random random = new Random(5);
        List<Contribution> some = some(random, 3, 12, 15, 3);
        double[] expected = some.stream()
                .flatMapToDouble(each -> DoubleStream.of(delta(each).svd().values()))
                .sorted()
                .toArray();
        assertThat(values(new TsvMerge(1).merge("w", some, products))).containsExactly(expected, within(1e-4));
    }

    /** 4 tasks in 10 outputs: two singular values of each. */
    @Test
    void tsvCutsWhatDoesNotFit() {
        List<Contribution> some = some(new Random(6), 4, 10, 20, 5);
        double[] expected = some.stream()
                .flatMapToDouble(
                        each -> DoubleStream.of(delta(each).svd().first(2).values()))
                .sorted()
                .toArray();
        assertThat(values(new TsvMerge(1).merge("w", some, products))).containsExactly(expected, within(1e-4));
    }

    /** Tasks that share no direction do not disturb each other. */
    @Test
    void tsvOfUnrelatedTasksIsTheirSum() {
        Contribution top = block("top", 0);
        Contribution bottom = block("bottom", 3);
        assertClose(
                new TsvMerge(1).merge("w", List.of(top, bottom), products),
                delta(top).plus(1, delta(bottom)));
    }

    @ParameterizedTest
    @CsvSource({"3, 12, 9, 2", "6, 8, 9, 2", "2, 5, 40, 4"})
    void isoCFlattensTheSpectrumOfTheSum(int tasks, int outputs, int inputs, int rank) {
        List<Contribution> some = some(new Random(7), tasks, outputs, inputs, rank);
        Dense sum = some.stream()
                .map(SpectralMergesTest::delta)
                .reduce((a, b) -> a.plus(1, b))
                .orElseThrow();
        Dense.Svd svd = sum.svd();
        double mean = Arrays.stream(svd.values()).average().orElseThrow();
        assertClose(
                new IsoCMerge(2).merge("w", some, products),
                svd.u().times(svd.vt()).times(2 * mean));
    }

    @Test
    void isoCtsWithACommonSpaceOfAllIsIsoC() {
        List<Contribution> some = some(new Random(8), 3, 9, 11, 2);
        assertClose(
                new IsoCtsMerge(BigDecimal.ONE, 1).merge("w", some, products),
                Dense.of(new IsoCMerge(1).merge("w", some, products)));
    }

    /** The authors' algorithm on dense matrices, where the sum has full rank. */
    @Test
    void isoCtsIsWhatTheDenseControlIs() {
        int tasks = 3;
        List<Contribution> some = some(new Random(9), tasks, 10, 10, 4);
        Dense sum = some.stream()
                .map(SpectralMergesTest::delta)
                .reduce((a, b) -> a.plus(1, b))
                .orElseThrow();
        int specific = (int) Math.rint((10 - 6) / (double) tasks) * tasks;
        int common = 10 - specific;
        Dense.Svd shared = sum.svd().first(common);
        Dense u = Dense.zeros(10, 0);
        Dense v = Dense.zeros(10, 0);
        double total = DoubleStream.of(shared.values()).sum();
        for (Contribution each : some) {
            Dense outside = delta(each)
                    .plus(-1, shared.u().times(shared.u().transpose()).times(delta(each)));
            Dense.Svd own = outside.svd().first(specific / tasks);
            u = u.beside(own.u());
            v = v.beside(own.vt().transpose());
            total += DoubleStream.of(own.values()).sum();
        }
        Dense expected = u.beside(shared.u())
                .polar()
                .times(v.beside(shared.vt().transpose()).polar().transpose())
                .times(total / 10);
        assertClose(new IsoCtsMerge(new BigDecimal("0.6"), 1).merge("w", some, products), expected);
    }

    /** The first adapter's outputs are all in the common space; what rounding leaves of them outside is no direction. */
    @Test
    void isoCtsTakesNoRoundingForADirection() {
        Random random = new Random(15);
        List<Contribution> two = List.of(square("large", 0, 1000, random), square("small", 4, 1, random));
        Matrix merged = new IsoCtsMerge(new BigDecimal("0.8"), 1).merge("w", two, products);
        // Of 8 directions 6 are common, one is the second adapter's, and the first has none of its own.
        assertThat(values(merged)).hasSize(7);
    }

    /** What rounding leaves of a sum that cancels is no common space. */
    @ParameterizedTest
    @MethodSource("cancelling")
    void adaptersThatCancelGiveNothing(WeightMerge merge) {
        Contribution one = some(new Random(16), 1, 12, 10, 3).get(0);
        LoraFactors factors = one.factors();
        Contribution other = new Contribution("other", -one.weight(), factors);
        Matrix merged = merge.merge("w", List.of(one, other), products);
        assertThat(Laws.largestEntry(merged)).isLessThan(1e-6);
    }

    static List<WeightMerge> cancelling() {
        return List.of(new TsvMerge(1), new IsoCMerge(1), new IsoCtsMerge(IsoCtsMerge.DEFAULT_COMMON, 1));
    }

    /** A delta [12, 10] of rank 4 from four inputs to four outputs. */
    private static Contribution square(String name, int first, double weight, Random random) {
        Matrix a = Matrix.zeros(4, 10);
        Matrix b = Matrix.zeros(12, 4);
        for (int i = 0; i < 16; i++) {
            a.data()[i / 4 * 10 + first + i % 4] = (float) random.nextGaussian();
            b.data()[(first + i / 4) * 4 + i % 4] = (float) random.nextGaussian();
        }
        return new Contribution(name, weight, new LoraFactors(a, b, 1));
    }

    /** Of a part that has something of the basis, of one that has nothing of it, and of one whose columns depend on the basis. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 0", "0, 1"})
    void thePolarFactorBesideAnOrthonormalBasisIsThatOfAllColumns(double inside, double outside) {
        Random random = new Random(14);
        Dense.Svd all = Dense.of(Laws.matrix(random, 20, 20)).svd();
        Dense basis = all.u().columns(0, 12);
        Dense part = basis.times(Dense.of(Laws.matrix(random, 12, 3)))
                .times(inside)
                .plus(outside, all.u().columns(12, 8).times(Dense.of(Laws.matrix(random, 8, 3))));
        Dense expected = part.beside(basis).polar();
        assertClose(IsoCtsMerge.polarBeside(part, basis).toMatrix(), expected);
    }

    @Test
    void opcmHasTheMeanNormOfTheDeltas() {
        List<Contribution> some = some(new Random(11), 5, 8, 8, 3);
        double mean =
                some.stream().mapToDouble(each -> delta(each).norm()).average().orElseThrow();
        assertThat(Dense.of(new OpcmMerge(HALF).merge("w", some, products)).norm())
                .isCloseTo(mean, within(1e-4));
    }

    /** The definition, with matrices as large as the weight, where ranks fit beside each other and where they do not. */
    @ParameterizedTest
    @CsvSource({"1, 7, 9, 3", "2, 9, 7, 2", "5, 8, 8, 3", "4, 20, 30, 4", "6, 40, 12, 3", "7, 30, 30, 5"})
    void opcmIsWhatItsDefinitionSays(int adapters, int outputs, int inputs, int rank) {
        List<Contribution> some = new ArrayList<>(some(new Random(21), adapters, outputs, inputs, rank));
        // Nothing new in it.
        some.add(some.get(0));
        Dense merged = delta(some.get(0));
        double norms = merged.norm();
        for (Contribution each : some.subList(1, some.size())) {
            Dense delta = delta(each);
            norms += delta.norm();
            Dense.Svd svd = merged.svd();
            double total = DoubleStream.of(svd.values()).sum();
            int leading = 0;
            for (double sum = svd.values()[0]; sum <= total / 2; sum += svd.values()[leading]) {
                leading++;
            }
            Dense core = svd.u().transposedTimes(delta).times(svd.vt().transpose());
            for (int i = 0; i < core.data().length; i++) {
                int row = i / core.columns();
                int column = i % core.columns();
                core.data()[i] = row == column || (row < leading && column < leading) ? core.data()[i] : 0;
            }
            merged = merged.plus(1, delta).plus(-1, svd.u().times(core).times(svd.vt()));
        }
        assertClose(new OpcmMerge(HALF).merge("w", some, products), merged.times(norms / some.size() / merged.norm()));
    }

    /** What was merged stays where it was: the new part has nothing on the diagonal of its directions nor in the leading ones. */
    @Test
    void opcmAddsOnlyWhatIsOutsideTheLeadingDirections() {
        List<Contribution> two = some(new Random(12), 2, 9, 7, 4);
        Dense first = delta(two.get(0));
        Dense merged = Dense.of(new OpcmMerge(HALF).merge("w", two, products));
        Dense.Svd svd = first.svd();
        double[] diagonal = diagonal(svd, merged);
        double ratio = diagonal[0] / svd.values()[0];
        for (int i = 0; i < diagonal.length; i++) {
            assertThat(diagonal[i]).isCloseTo(ratio * svd.values()[i], within(1e-4));
        }
    }

    @Test
    void opcmOfTheSameAdapterTwiceIsTheAdapter() {
        Contribution one = some(new Random(13), 1, 6, 9, 2).get(0);
        assertClose(new OpcmMerge(HALF).merge("w", List.of(one, one), products), delta(one));
    }

    /** Rising, without those of rounding to float32. */
    private static double[] values(Matrix matrix) {
        return DoubleStream.of(Dense.of(matrix).svd().values())
                .filter(each -> each > 1e-4)
                .sorted()
                .toArray();
    }

    private static double[] diagonal(Dense.Svd svd, Dense matrix) {
        Dense core = svd.u().transposedTimes(matrix).times(svd.vt().transpose());
        double[] diagonal = new double[svd.values().length];
        Arrays.setAll(diagonal, i -> core.data()[i * core.columns() + i]);
        return diagonal;
    }

    private static void assertClose(Matrix found, Dense expected) {
        double largest = Laws.largestEntry(expected.toMatrix());
        assertThat(Laws.largestDifference(found, expected.toMatrix())).isLessThan(1e-5 * largest + 1e-9);
    }

    private static Dense delta(Contribution each) {
        return new Dense(each.factors().outputs(), each.factors().inputs(), Laws.dense(each.factors()))
                .times(each.weight());
    }

    /** A random block of 3 x 3 in a delta of 6 x 6. */
    private static Contribution block(String name, int first) {
        Random random = new Random(first);
        Matrix a = Matrix.zeros(2, 6);
        Matrix b = Matrix.zeros(6, 2);
        for (int i = first; i < first + 3; i++) {
            for (int r = 0; r < 2; r++) {
                a.data()[r * 6 + i] = (float) random.nextGaussian();
                b.data()[i * 2 + r] = (float) random.nextGaussian();
            }
        }
        return new Contribution(name, 1, new LoraFactors(a, b, 1));
    }

    private static List<Contribution> some(Random random, int count, int outputs, int inputs, int rank) {
        List<Contribution> some = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            some.add(new Contribution(
                    "adapter" + i,
                    0.5 + random.nextInt(3),
                    new LoraFactors(Laws.matrix(random, rank, inputs), Laws.matrix(random, outputs, rank), 0.5)));
        }
        return some;
    }
}
