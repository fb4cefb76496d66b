package ham.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class BenchReportTest {
    private static ObjectNode result(ObjectNode bench, String strategy, int tasks) {
        return bench.withArray("results").addObject().put("strategy", strategy).put("tasks", tasks);
    }

    private static List<String> sentences(ObjectNode bench) {
        return Documents.texts(
                Documents.parse("<body>" + new BenchReport(BenchDocument.of(bench)).summary() + "</body>"), "li");
    }

    @Test
    void comparesWithTheMergedModelInWords() {
        ObjectNode bench = JsonFiles.object();
        result(bench, "per-task", 5)
                .put("p50_ms", 3.0)
                .put("resident_mb", 400)
                .put("disk_mb", 50)
                .put("switch_ms", 2);
        result(bench, "merged", 5).put("p50_ms", 2.0).put("resident_mb", 100).put("disk_mb", 10);
        assertThat(sentences(bench))
                .containsExactly(
                        "Deploy the merged model: no other way was more than 5 % better in what was measured.",
                        "The merged model under SingleStream with 5 tasks: median latency 2 ms, 100 MB of memory, 10 MB on disk.",
                        "per-task, against merged: 1.50 times the median latency, 4.00 times the memory, 5.00 times the disk,"
                                + " a task switch takes 2 ms.");
    }

    @Test
    void saysWhereAnotherWayIsBetter() {
        ObjectNode bench = JsonFiles.object();
        result(bench, "merged", 5).put("p50_ms", 2.0).put("disk_mb", 100).put("accuracy", 0.5);
        result(bench, "adapters", 5).put("p50_ms", 1.5).put("disk_mb", 98).put("accuracy", 0.625);
        assertThat(sentences(bench).get(0))
                .isEqualTo(
                        "Deploy the merged model unless this decides for you: adapters has 0.75 times its median latency"
                                + " and 12.5 points more accuracy.");
    }

    @Test
    void overlappingIntervalsShowNoDifference() {
        ObjectNode bench = JsonFiles.object();
        result(bench, "merged", 5)
                .put("p50_ms", 2.0)
                .putObject("interval")
                .putArray("p50_ms")
                .add(1.4)
                .add(2.5);
        result(bench, "shared", 5)
                .put("p50_ms", 1.5)
                .putObject("interval")
                .putArray("p50_ms")
                .add(1.1)
                .add(1.6);
        assertThat(sentences(bench)).first().asString().startsWith("Deploy the merged model: no other way");
        assertThat(sentences(bench).get(2))
                .contains("0.75 times the median latency (the confidence intervals overlap)");
    }

    @Test
    void comparesAtTheMostTasksWhereThereIsSomethingToCompareWith() {
        ObjectNode bench = JsonFiles.object();
        result(bench, "merged", 50).put("p50_ms", 2.0);
        result(bench, "merged", 10).put("p50_ms", 2.0);
        result(bench, "per-task", 10).put("p50_ms", 4.0);
        assertThat(sentences(bench))
                .contains("With 50 tasks only merged was measured, so the comparison is at 10 tasks.")
                .anyMatch(each -> each.startsWith("per-task, against merged: 2.00 times"));
    }

    @Test
    void nothingIsSaidOfWhatWasNotMeasured() {
        ObjectNode bench = JsonFiles.object();
        assertThat(sentences(bench)).isEmpty();
        result(bench, "reload", 5).putNull("p50_ms");
        assertThat(sentences(bench)).isEmpty();
        Document page = Documents.parse(new BenchReport(BenchDocument.of(bench)).html());
        assertThat(Documents.elements(page, "svg")).isEmpty();
        assertThat(Documents.texts(page, "th")).containsExactly("strategy", "tasks");
    }

    @Test
    void unstableAndSkippedCandidatesAreNamed() {
        ObjectNode bench = SampleRecords.bench();
        assertThat(sentences(bench))
                .anyMatch(each -> each.startsWith("adapters did not become stable")
                        && each.contains("Server, round robin with 50 tasks"))
                .contains("1 candidate was skipped; the reasons are at the end.");
        assertThat(new BenchReport(BenchDocument.of(bench)).html())
                .contains("needs 17250 MB of memory, 5800 MB are free");
    }

    @Test
    void showsDistributionsLinesAndTablesOfEveryScenario() {
        String html = new BenchReport(BenchDocument.of(SampleRecords.bench())).html();
        Document page = Documents.parse(html);
        assertThat(Documents.elements(page, "svg").stream().map(svg -> svg.getAttribute("aria-label")))
                .contains(
                        "Latency, Server, round robin, tasks: 50",
                        "Median latency, Offline",
                        "Resident memory",
                        "Bytes on disk",
                        "Accuracy against size, tasks: 50");
        assertThat(html).contains("3.47 [3.36, 3.61]", "first answer ms", "session threads", "Poisson arrivals");
    }

    @Test
    void anOldFileHasBarsForItsOneNumberOfTasks() {
        Document page = Documents.parse(new BenchReport(BenchDocument.of(SampleRecords.oldBench())).html());
        assertThat(Documents.elements(page, "svg").stream().map(svg -> svg.getAttribute("aria-label")))
                .containsExactly("Latency, SingleStream, tasks: 5", "Bytes on disk");
    }

    @Test
    void aFigureThatIsNoNumberIsRefused() {
        ObjectNode bench = JsonFiles.object();
        result(bench, "merged", 5).put("p50_ms", "fast");
        assertThatThrownBy(() -> new BenchReport(BenchDocument.of(bench)).html())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a number as p50_ms, found \"fast\"");
    }

    /** What the release 0.1.0 measured: all of it is read, written again as it was, and shown. */
    @Test
    void aMeasuredFileIsReadShownAndWrittenAgain() {
        Path file =
                Path.of(System.getProperty("ham.testdata", "../testdata"), "golden", "0.1.0", "bench", "bench.json");
        BenchDocument bench = BenchDocument.read(file);
        assertThat(bench.results())
                .extracting(BenchRow::strategy)
                .contains("merged", "per-task", "reload", "shared", "adapters");
        assertThat(bench.json().toPrettyString())
                .isEqualTo(JsonFiles.read(file, "a comparison").toPrettyString());
        Document page = Documents.parse(new BenchReport(bench).html());
        assertThat(Documents.elements(page, "svg").stream().map(svg -> svg.getAttribute("aria-label")))
                .anyMatch(each -> each.startsWith("Latency, SingleStream"))
                .anyMatch(each -> each.startsWith("Latency, Server"))
                .anyMatch(each -> each.startsWith("Median latency, SingleStream"))
                .contains("Resident memory", "Bytes on disk");
        String first =
                String.format(Locale.ROOT, "%.2f [", bench.results().get(0).p50Ms());
        assertThat(Documents.texts(page, "td")).anyMatch(cell -> cell.startsWith(first));
    }
}
