package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ham.cli.report.SimilarityChart;
import ham.merge.folder.MergeSimilarity;
import ham.merge.method.SimilarityMatrix;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30, 50, 120})
    void chartsOfEverySizeAreWellFormed(int size) throws Exception {
        double[][] cosines = new double[size][size];
        List<String> names = IntStream.range(0, size)
                .mapToObj(i -> "an adapter with a long name & <" + i + ">")
                .toList();
        String svg = SimilarityChart.svg(new MergeSimilarity(new SimilarityMatrix(names, cosines), List.of(size)));
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        var texts = document.getElementsByTagName("text");
        assertThat(texts.getLength()).isGreaterThanOrEqualTo(4);
        for (int i = 0; i < texts.getLength(); i++) {
            String font =
                    texts.item(i).getAttributes().getNamedItem("font-size").getNodeValue();
            assertThat(Double.parseDouble(font)).isBetween(8.0, 12.0);
        }
    }
}
