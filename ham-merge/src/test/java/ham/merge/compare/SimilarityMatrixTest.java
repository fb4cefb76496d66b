package ham.merge.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.method.Laws;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SimilarityMatrixTest {
    @RepeatedTest(10)
    void isTheCosineOfTheDenseDeltas(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<LoraAdapter> adapters = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(6); i++) {
            adapters.add(Laws.random("a" + i, random, 1 + random.nextInt(3), 9, 5));
        }
        SimilarityMatrix matrix = SimilarityMatrix.of(adapters, MergeProgress.SILENT);
        double largest = 0;
        for (int i = 0; i < adapters.size(); i++) {
            assertThat(matrix.names().get(i)).isEqualTo("a" + i);
            for (int j = 0; j < adapters.size(); j++) {
                double product = product(adapters.get(i), adapters.get(j));
                double norms = Math.sqrt(product(adapters.get(i), adapters.get(i)))
                        * Math.sqrt(product(adapters.get(j), adapters.get(j)));
                assertThat(matrix.cosines()[i][j]).isCloseTo(product / norms, within(1e-5));
                assertThat(matrix.cosines()[i][j]).isEqualTo(matrix.cosines()[j][i]);
                largest = i == j ? largest : Math.max(largest, Math.abs(matrix.cosines()[i][j]));
            }
        }
        assertThat(matrix.largest()).isEqualTo(largest);
    }

    @Test
    void aZeroDeltaIsLikeNothing() {
        SortedMap<String, LoraFactors> zero = new TreeMap<>();
        LoraAdapter other = Laws.random("other", new Random(1), 1, 4, 3);
        other.factors().forEach((weight, each) -> zero.put(weight, new LoraFactors(each.a(), each.b(), 0)));
        SimilarityMatrix matrix =
                SimilarityMatrix.of(List.of(new LoraAdapter("zero", zero), other), MergeProgress.SILENT);
        assertThat(matrix.cosines()[0]).containsExactly(0, 0);
        assertThat(matrix.cosines()[1][1]).isCloseTo(1, within(1e-12));
        assertThat(matrix.largest()).isEqualTo(1);
    }

    private static double product(LoraAdapter first, LoraAdapter second) {
        double sum = 0;
        for (String weight : first.factors().keySet()) {
            if (second.factors().containsKey(weight)) {
                double[] a = Laws.dense(first.factors(weight));
                double[] b = Laws.dense(second.factors(weight));
                for (int i = 0; i < a.length; i++) {
                    sum += a[i] * b[i];
                }
            }
        }
        return sum;
    }
}
