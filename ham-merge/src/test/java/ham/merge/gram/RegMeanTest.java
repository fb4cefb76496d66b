package ham.merge.gram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.kernel.Dense;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegMeanTest {
    private static final int OUT = 5;
    private static final int IN = 7;
    private static final int RANK = 2;

    private final Random random = new Random(4);

    private record Task(Dense left, Dense right, InputGram gram) {
        Dense delta() {
            return left.times(right);
        }
    }

    private Dense dense(int rows, int columns) {
        Dense dense = Dense.zeros(rows, columns);
        for (int i = 0; i < dense.data().length; i++) {
            dense.data()[i] = random.nextGaussian();
        }
        return dense;
    }

    private InputGram gram(int tokens) {
        Dense inputs = dense(tokens, IN);
        return InputGram.full(inputs.transposedTimes(inputs).toMatrix());
    }

    private List<Task> tasks(int count) {
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tasks.add(new Task(dense(OUT, RANK), dense(RANK, IN), gram(4)));
        }
        return tasks;
    }

    private static RegMean merge(List<Task> tasks) {
        RegMean merge = new RegMean();
        tasks.forEach(each -> merge.add(each.left(), each.right(), each.gram()));
        return merge;
    }

    private static void assertClose(Dense actual, Dense expected, double tolerance) {
        assertThat(actual.plus(-1, expected).norm()).isCloseTo(0, within(tolerance * (1 + expected.norm())));
    }

    /** (sum D G + e mean) (sum G + e I)^-1 at once, solved by Gaussian elimination. */
    private static Dense batch(List<Task> tasks) {
        Dense weighted = Dense.zeros(OUT, IN);
        Dense mean = Dense.zeros(OUT, IN);
        Dense gram = Dense.zeros(IN, IN);
        for (Task each : tasks) {
            weighted = weighted.plus(1, each.delta().times(each.gram().dense()));
            mean = mean.plus(1.0 / tasks.size(), each.delta());
            gram = gram.plus(1, each.gram().dense());
        }
        double trace = 0;
        for (int i = 0; i < IN; i++) {
            trace += gram.data()[i * IN + i];
        }
        double ridge = 1e-3 * trace / IN;
        for (int i = 0; i < IN; i++) {
            gram.data()[i * IN + i] += ridge;
        }
        return eliminate(gram, weighted.plus(ridge, mean));
    }

    /** X with X G = S: G is symmetric, so rows of S are right-hand sides. */
    private static Dense eliminate(Dense g, Dense s) {
        double[][] a = new double[IN][IN + s.rows()];
        for (int i = 0; i < IN; i++) {
            for (int j = 0; j < IN; j++) {
                a[i][j] = g.data()[i * IN + j];
            }
            for (int r = 0; r < s.rows(); r++) {
                a[i][IN + r] = s.data()[r * IN + i];
            }
        }
        for (int p = 0; p < IN; p++) {
            for (int i = 0; i < IN; i++) {
                if (i != p) {
                    double factor = a[i][p] / a[p][p];
                    for (int j = p; j < a[i].length; j++) {
                        a[i][j] -= factor * a[p][j];
                    }
                }
            }
        }
        Dense x = Dense.zeros(s.rows(), IN);
        for (int r = 0; r < s.rows(); r++) {
            for (int i = 0; i < IN; i++) {
                x.data()[r * IN + i] = a[i][IN + r] / a[i][i];
            }
        }
        return x;
    }

    @Test
    void oneAdapterStaysAsItIs() {
        Task task = tasks(1).get(0);
        assertThat(merge(List.of(task)).merged()).isEqualTo(task.delta());
    }

    @Test
    void withEqualInputsItIsTheMean() {
        InputGram shared = gram(3);
        List<Task> tasks = tasks(4).stream()
                .map(each -> new Task(each.left(), each.right(), shared))
                .toList();
        Dense mean = Dense.zeros(OUT, IN);
        for (Task each : tasks) {
            mean = mean.plus(1.0 / tasks.size(), each.delta());
        }
        assertClose(merge(tasks).merged(), mean, 1e-9);
    }

    @Test
    void oneAfterTheOtherIsAllAtOnce() {
        for (int count = 2; count <= 6; count++) {
            List<Task> tasks = tasks(count);
            assertClose(merge(tasks).merged(), batch(tasks), 1e-9);
        }
    }

    @Test
    void keepsEveryTasksOutputsWhereInputsDoNotOverlap() {
        // Two tasks whose inputs live in other coordinates: each gets its own delta there.
        List<Task> tasks = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            Matrix gram = Matrix.zeros(IN, IN);
            for (int i = 0; i < 3; i++) {
                int at = 3 * t + i;
                gram.data()[at * IN + at] = 1e6f;
            }
            tasks.add(new Task(dense(OUT, RANK), dense(RANK, IN), InputGram.full(gram)));
        }
        Dense merged = merge(tasks).merged();
        for (int t = 0; t < 2; t++) {
            for (int o = 0; o < OUT; o++) {
                for (int i = 3 * t; i < 3 * t + 3; i++) {
                    assertThat(merged.data()[o * IN + i])
                            .isCloseTo(tasks.get(t).delta().data()[o * IN + i], within(1e-2));
                }
            }
        }
    }

    @Test
    void inputsThatAreAllZeroGiveTheMean() {
        InputGram nothing = InputGram.full(Matrix.zeros(IN, IN));
        List<Task> tasks = tasks(2).stream()
                .map(each -> new Task(each.left(), each.right(), nothing))
                .toList();
        assertClose(
                merge(tasks).merged(),
                tasks.get(0).delta().times(0.5).plus(0.5, tasks.get(1).delta()),
                1e-12);
    }

    @Test
    void factorsOfFullRankAreTheWhole() {
        InputGram whole = gram(4);
        InputGram factors = whole.factors(4);
        assertThat(factors.form()).isEqualTo(GramForm.FACTORS);
        assertThat(factors.values().rows()).isEqualTo(4);
        assertClose(factors.dense(), whole.dense(), 1e-5);
        Dense left = dense(3, IN);
        assertClose(factors.multiply(left), whole.multiply(left), 1e-5);
        assertClose(factors.diagonal().dense(), whole.diagonal().dense(), 1e-5);
        assertThat(whole.factors(IN)).isSameAs(whole);
    }

    @Test
    void theDiagonalWeighsColumns() {
        InputGram diagonal = gram(9).diagonal();
        Dense left = dense(3, IN);
        assertClose(diagonal.multiply(left), left.times(diagonal.dense()), 1e-12);
    }

    @Test
    void filesKeepEveryForm(@TempDir Path temp) {
        TreeMap<String, InputGram> grams = new TreeMap<>();
        grams.put("a.query.weight", gram(9));
        grams.put("a.value.weight", grams.get("a.query.weight"));
        grams.put("b.query.weight", gram(4).factors(2));
        grams.put("c.query.weight", gram(4).diagonal());
        Path file = temp.resolve(GramFile.NAME);
        GramFile.write(file, grams);
        GramFile read = GramFile.open(file);
        grams.forEach((weight, gram) -> {
            assertThat(read.has(weight)).isTrue();
            assertThat(read.read(weight, IN)).isEqualTo(gram);
        });
        assertThat(read.has("d.query.weight")).isFalse();
        assertThat(file.toFile().length()).isLessThan(2 * 4 * IN * IN + 4 * 3 * IN + 700);
        assertThatThrownBy(() -> read.read("a.query.weight", IN + 1)).hasMessageContaining("found the shape [7, 7]");
        assertThatThrownBy(() -> read.read("d.query.weight", IN)).hasMessageContaining("found none");
    }

    @Test
    void refusesATensorThatIsNoGramMatrix(@TempDir Path temp) throws Exception {
        Path file = Files.createDirectories(temp.resolve("x")).resolve(GramFile.NAME);
        new SafetensorsWriter().add("w", Matrix.zeros(IN + 1, IN)).write(file);
        assertThatThrownBy(() -> GramFile.open(file).read("w", IN)).hasMessageContaining("[8, 7]");
    }
}
