package ham.cli.merge;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.compare.SimilarityMatrix;
import ham.merge.folder.MergeSimilarity;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeatMapTextTest {
    private static MergeSimilarity of(double cosine) {
        double[][] cosines = {{1, cosine, 0}, {cosine, 1, 0}, {0, 0, 1}};
        return new MergeSimilarity(new SimilarityMatrix(List.of("a", "bb", "c<"), cosines), List.of(2, 1));
    }

    @Test
    void numbersAreShownWhereThereIsNoTerminal() {
        assertThat(HeatMapText.of(of(-0.5), false).lines())
                .containsExactly(
                        "cosine  group       0       1      2",
                        "0 a         0   1.000  -0.500  0.000",
                        "1 bb        0  -0.500   1.000  0.000",
                        "2 c<        1   0.000   0.000  1.000");
    }

    @Test
    void shadesAreScaledByTheLargestCosineOfTwoAdapters() {
        List<String> lines = HeatMapText.of(of(-0.25), true).lines().toList();
        assertThat(lines.get(0)).startsWith("a   0 \u001b[34m██\u001b[31m██\u001b[34m  ");
        assertThat(lines.get(3)).contains("-0.250 or below", "0.250 or above");
    }
}
