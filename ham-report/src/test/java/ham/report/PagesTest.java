package ham.report;

import static org.assertj.core.api.Assertions.assertThat;

import ham.report.bench.BenchDocument;
import ham.report.record.ExperimentDocument;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PagesTest {
    private static final Set<String> WITH_RESOURCES = Set.of(
            "script", "link", "img", "image", "iframe", "object", "embed", "base", "form", "use", "audio", "video");

    /** Every kind of page, small and large. */
    private static final Map<String, String> PAGES = Map.of(
            "bench",
            new BenchReport(BenchDocument.of(SampleRecords.bench())).html(),
            "bench-old",
            new BenchReport(BenchDocument.of(SampleRecords.oldBench())).html(),
            "run-50",
            SampleRecords.run(50, Optional.of(BenchDocument.of(SampleRecords.oldBench())))
                    .html(),
            "run-5",
            SampleRecords.run(5, Optional.empty()).html(),
            "experiment",
            new ExperimentReport(ExperimentDocument.of(SampleRecords.experiment())).html());

    static Stream<Arguments> each() {
        return PAGES.entrySet().stream().map(page -> Arguments.of(page.getKey(), page.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("each")
    void isOneWellFormedFileThatNeedsNoOther(String name, String page) {
        Document document = Documents.parse(page);
        for (Element element : Documents.elements(document, "*")) {
            assertThat(element.getTagName()).isNotIn(WITH_RESOURCES);
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                String attribute = element.getAttributes().item(i).getNodeName();
                String value = element.getAttributes().item(i).getNodeValue();
                assertThat(attribute).isNotEqualTo("src").doesNotStartWith("on");
                assertThat(value).doesNotContain("url(", "http:", "https:");
                if (attribute.equals("href")) {
                    assertThat(value).startsWith("#s");
                    assertThat(page).contains("id=\"" + value.substring(1) + "\"");
                }
            }
        }
        assertThat(Documents.texts(document, "style"))
                .singleElement()
                .asString()
                .doesNotContain("@import", "url(", "http")
                .contains("prefers-color-scheme:dark", "@media print");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("each")
    void isSmall(String name, String page) {
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(5_000, 600_000);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("each")
    void everyChartIsNamedAndNoNumberIsBroken(String name, String page) {
        Document document = Documents.parse(page);
        assertThat(Documents.elements(document, "svg"))
                .isNotEmpty()
                .allSatisfy(svg -> assertThat(svg.getAttribute("aria-label")).isNotBlank());
        for (Element element : Documents.elements(document, "*")) {
            for (String attribute : new String[] {"d", "x", "y", "width", "height", "transform", "viewBox"}) {
                assertThat(element.getAttribute(attribute)).doesNotContain("NaN", "Infinity", "null");
            }
        }
        assertThat(Documents.texts(document, "text")).noneMatch(text -> text.contains("NaN") || text.contains("null"));
        assertThat(Documents.texts(document, "td")).noneMatch(text -> text.contains("NaN") || text.equals("null"));
    }
}
