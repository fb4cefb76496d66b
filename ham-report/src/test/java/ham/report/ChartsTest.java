package ham.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.report.chart.Axis;
import ham.report.chart.BarChart;
import ham.report.chart.Drawing;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.StripChart;
import ham.report.chart.Unit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ChartsTest {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    private static Document parse(Drawing drawing) {
        return Documents.parse(drawing.file());
    }

    private static List<Element> ofClass(Document document, String element, String style) {
        return Documents.elements(document, element).stream()
                .filter(each -> each.getAttribute("class").equals(style))
                .toList();
    }

    @Test
    void chartsOfAnyNumbersAreWellFormed() {
        for (Drawing drawing : ChartGallery.drawings()) {
            assertThat(drawing.element()).doesNotContain("NaN", "Infinity");
            parse(drawing);
        }
    }

    /** Equal steps of x and of y are equal steps on the picture, upwards. */
    @Test
    void aLineGoesThroughItsValues() {
        Series series = Series.of("s", List.of(1.0, 2.0, 3.0), List.of(0.0, 10.0, 20.0));
        Document chart = parse(new LineChart("t", Axis.count("x"), Axis.of("y"), List.of(series)).draw());
        double[] path = numbers(ofClass(chart, "path", "line").get(0).getAttribute("d"));
        assertThat(path).hasSize(6);
        assertThat(path[2] - path[0]).isPositive().isCloseTo(path[4] - path[2], within(0.2));
        assertThat(path[1] - path[3]).isPositive().isCloseTo(path[3] - path[5], within(0.2));
    }

    @Test
    void aMissingValueIsAGapAndNotAZero() {
        Series series = Series.counted("s", List.of(1.0, 2.0, Double.NaN, 3.0, 4.0));
        Document chart = parse(new LineChart("t", Axis.count("x"), Axis.of("y"), List.of(series)).draw());
        assertThat(ofClass(chart, "path", "line")).hasSize(2);
        assertThat(Documents.texts(chart, "title")).contains("s, x 4: 3").noneMatch(each -> each.contains("x 3:"));
    }

    @Test
    void whatALogarithmCannotShowIsAGap() {
        Series series = Series.counted("s", List.of(1.0, 0.0, -1.0, 100.0));
        Axis y = Axis.of("y").as(Axis.Form.LOGARITHMIC);
        Document chart = parse(new LineChart("t", Axis.count("x"), y, List.of(series)).draw());
        assertThat(Documents.texts(chart, "title"))
                .contains("s, x 1: 1", "s, x 4: 100")
                .hasSize(3);
    }

    @Test
    void anIntervalIsABand() {
        Series series = new Series("s", List.of(1.0, 2.0), List.of(5.0, 6.0), List.of(4.0, 5.0), List.of(6.0, 7.0));
        Document chart = parse(new LineChart("t", Axis.count("x"), Axis.of("y"), List.of(series)).draw());
        assertThat(numbers(ofClass(chart, "path", "band").get(0).getAttribute("d")))
                .hasSize(8);
        assertThat(Documents.texts(chart, "title")).contains("s, x 2: 6 (5 to 7)");
    }

    /** From zero, also where all values are large. */
    @Test
    void barsAreAsLongAsTheirValues() {
        List<Double> values = List.of(100.0, 50.0, 150.0);
        Document chart = parse(
                new BarChart("t", Axis.of("y"), List.of("a", "b", "c"), List.of(Series.of("", values, values))).draw());
        List<Double> widths = ofClass(chart, "rect", "fill").stream()
                .map(each -> Double.valueOf(each.getAttribute("width")))
                .toList();
        assertThat(widths.get(0) / widths.get(1)).isCloseTo(2, within(0.01));
        assertThat(widths.get(2) / widths.get(1)).isCloseTo(3, within(0.01));
    }

    @Test
    void aHeatMapIsTheStrongerTheLargerTheValueAndKnowsItsSign() {
        Document chart = parse(HeatMap.of(
                        "t",
                        Unit.NONE,
                        "row",
                        List.of("r"),
                        "column",
                        List.of("a", "b", "c"),
                        List.of(List.of(1.0, 0.5, -1.0)))
                .draw());
        List<Element> cells = Documents.elements(chart, "rect").stream()
                .filter(each -> each.getElementsByTagName("title").getLength() > 0)
                .toList();
        assertThat(cells).extracting(each -> each.getAttribute("class")).containsExactly("up", "up", "down");
        assertThat(cells)
                .extracting(each -> Double.valueOf(each.getAttribute("fill-opacity")))
                .satisfies(shades -> assertThat(shades.get(0)).isGreaterThan(shades.get(1)))
                .satisfies(shades -> assertThat(shades.get(0)).isEqualTo(shades.get(2)));
        assertThat(Documents.texts(chart, "title")).contains("row r, column c: -1");
    }

    @Test
    void aStripTellsOpeningFromJoining() {
        Series series = Series.counted("", List.of(0.0, 1.0, 0.0));
        Document chart = parse(new StripChart("t", Axis.count("task"), "group", List.of(series)).draw());
        assertThat(Documents.texts(chart, "title"))
                .containsExactly("t", "task 1 opens group 0", "task 3 joins group 0", "task 2 opens group 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 30, 50, 120})
    void similaritiesOfAnyNumberOfAdaptersAreDrawn(int size) {
        String svg = SimilarityChart.svg(ChartGallery.similarity(size, List.of(size)));
        Document file = Documents.parse(svg);
        assertThat(Documents.texts(file, "text")).contains("Cosines between adapters", "group 0", "0", "1");
        assertThat(Documents.elements(file, "rect")).hasSizeGreaterThan(size * size);
    }

    @Test
    void seriesOfUnequalLengthsAreRefused() {
        assertThatThrownBy(() -> Series.of("s", List.of(1.0), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("series s: expected as many x, y, low and high, found 1, 0, 0 and 0");
    }

    private static double[] numbers(String path) {
        Matcher numbers = NUMBER.matcher(path);
        return numbers.results()
                .mapToDouble(each -> Double.parseDouble(each.group()))
                .toArray();
    }
}
