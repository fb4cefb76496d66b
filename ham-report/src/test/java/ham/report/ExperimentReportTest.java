package ham.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.report.record.ChartDocument;
import ham.report.record.ExperimentDocument;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class ExperimentReportTest {
    @Test
    void showsTableNotesChartsAndCommand() {
        String html = new ExperimentReport(ExperimentDocument.of(SampleRecords.experiment())).html();
        Document page = Documents.parse(html);
        assertThat(Documents.elements(page, "svg")).hasSize(4);
        assertThat(Documents.texts(page, "td")).contains("sd-lora", "0.3150");
        assertThat(html).contains("ham experiment compare --base", "Nothing here was measured.");
    }

    @Test
    void everyChartCanBeAFile() {
        for (JsonNode chart : SampleRecords.experiment().path("charts")) {
            Document file = Documents.parse(ExperimentReport.svg(ChartDocument.of(chart)));
            assertThat(file.getDocumentElement().getAttribute("xmlns")).isEqualTo("http://www.w3.org/2000/svg");
            assertThat(Documents.texts(file, "style")).hasSize(1);
            assertThat(Documents.texts(file, "title"))
                    .contains(chart.path("title").asText());
        }
    }

    @Test
    void everythingButTheTitleMayBeAbsent() {
        Document page = Documents.parse(
                new ExperimentReport(ExperimentDocument.of(JsonFiles.object().put("title", SampleRecords.EVIL)))
                        .html());
        assertThat(Documents.texts(page, "h1"))
                .containsExactly(SampleRecords.EVIL.replace('\u0000', '\uFFFD').replace('\u0085', '\uFFFD'));
        assertThat(Documents.elements(page, "section")).isEmpty();
    }

    @Test
    void aMissingBarLeavesAGap() {
        ObjectNode chart =
                (ObjectNode) SampleRecords.experiment().path("charts").path(1);
        ObjectNode series = ((ArrayNode) chart.path("series")).addObject().put("name", "only oracle");
        series.putArray("x").add("oracle");
        series.putArray("y").add(0.68);
        Document file = Documents.parse(ExperimentReport.svg(ChartDocument.of(chart)));
        assertThat(Documents.texts(file, "title"))
                .filteredOn(each -> each.contains("only oracle"))
                .containsExactly("oracle, only oracle: 68.00 %");
    }

    @Test
    void chartsThatDoNotFitTogetherAreRefused() {
        ObjectNode chart = JsonFiles.object().put("title", "T").put("kind", "pie");
        refused(chart, "chart T: expected the kind line, bar, heat or strip, found \"pie\"");
        chart.put("kind", "line");
        ObjectNode series = chart.putArray("series").addObject().put("name", "ham");
        series.set("x", JsonFiles.tree(List.of(1, 2)));
        series.set("y", JsonFiles.tree(List.of(0.5)));
        refused(chart, "chart T: series ham: expected as many x, y, low and high, found 2, 1, 0 and 0");
        chart.put("kind", "bar");
        refused(chart, "series ham: expected as many x as values, found 2 and 1");
        series.set("x", JsonFiles.tree(List.of(1)));
        chart.put("kind", "strip");
        refused(chart, "expected whole numbers of groups from 0, found 0.5");
        chart.put("kind", "heat").set("values", JsonFiles.tree(List.of(List.of(1, 2))));
        refused(chart, "expected values for 0 rows and 0 columns, found 1 rows of up to 2");
    }

    private static void refused(ObjectNode chart, String message) {
        assertThatThrownBy(() -> ExperimentReport.svg(ChartDocument.of(chart)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTableThatDoesNotFitTogetherIsRefused() {
        ObjectNode record = SampleRecords.experiment();
        ((ArrayNode) record.path("table").path("columns")).add("one more");
        assertThatThrownBy(() -> new ExperimentReport(ExperimentDocument.of(record)).html())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 5 cells in row 1, found 4");
    }
}
