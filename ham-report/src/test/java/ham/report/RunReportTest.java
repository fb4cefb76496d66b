package ham.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.report.bench.BenchDocument;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

class RunReportTest {
    private static final JsonNode NONE = MissingNode.getInstance();

    private static JsonNode json(String text) {
        try {
            return JsonMapper.builder().build().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    /** Two tasks; every text from outside tries to be markup. */
    private static String page(JsonNode bench) {
        String evil = "<script src=https://evil>&";
        JsonNode run = json("{'class_order': [1, 0], 'tasks': [['" + evil + "'], ['b']], 'started': '" + evil
                + "', 'command': ['ham', '" + evil + "'], 'configuration': {'head': 'linear', 'base': '" + evil
                + "'}, 'environment': {'cpu': '" + evil + "'}, 'base_sha256': 'x', 'data_sha256': 'y'}");
        String figures = "'last': 0.5, 'average_incremental': 0.75, 'forgetting': 0.5, 'R': [[1], [0, 1]]";
        JsonNode metrics = json("{'head': 'linear', " + figures + ", 'warnings': ['" + evil
                + "', {'message': 'rank explosion'}], 'variants': {'ham/linear': {" + figures
                + "}, 'frozen/<b>': {" + figures + "}}}");
        JsonNode merge = json("{'steps': [{'adapter': '" + evil + "', 'alpha': 1, 'similarity': [0.25], 'group': 0,"
                + " 'opened': false, 'group_alpha': 1}], 'groups': [{'members': ['" + evil
                + "'], 'alpha': 1, 'rank': 4, 'norm': 2}]}");
        JsonNode evaluation = json("{'accuracy': 0.875, 'tasks': [{'classes': ['" + evil
                + "'], 'images': 3, 'accuracy': 0.25}, {'classes': ['b'], 'images': 1, 'accuracy': 1}]}");
        JsonNode export = json("{'bytes': 2500000, 'parity': {'inputs': '" + evil
                + "', 'tolerance': 0.001, 'top1': 1, 'differences': {'factored': 1e-6}}}");
        return RunReport.of(
                        run,
                        metrics,
                        merge,
                        evaluation,
                        export,
                        Optional.of(bench).filter(each -> !each.isMissingNode()).map(BenchDocument::of))
                .html();
    }

    @Test
    void textsFromOutsideStayTexts() {
        String page = page(json("{'results': [{'strategy': '<i>x</i>', 'tasks': 2, 'resident_mb': null}]}"));
        assertThat(Documents.elements(Documents.parse(page), "script")).isEmpty();
        assertThat(page)
                .doesNotContain("<i>x", "<b></")
                .contains("&lt;script src=https://evil&gt;&amp;", "&lt;i&gt;x&lt;/i&gt;", "frozen, &lt;b&gt;");
    }

    @Test
    void showsTheFigures() {
        String page = page(json("{'results': [{'strategy': 'merged', 'p50_ms': 1.25, 'resident_mb': null}]}"));
        assertThat(page)
                .contains("87.5 %", "2.5 MB", "<td>1.25</td>", "0.25", "1.00e-06", "rank explosion", "(joined)");
        assertThat(page(NONE)).contains("Tasks</h2>").doesNotContain("Serving all tasks");
    }

    /** The second row of R is 0 of 3 images and 1 of 1: a quarter. */
    @Test
    void theChartWeighsTasksByTheirImages() {
        assertThat(page(NONE))
                .contains("after task 1: 100.00 %", "after task 2: 25.00 %", "all images counting the same");
    }

    /** With {@code --any-time-images} a row before the last is measured on fewer images: here one a task, then 3, 1 and 6. */
    @Test
    void theChartWeighsEveryRowByTheImagesThatItWasMeasuredOn() {
        String rows = "'R': [[1], [0, 1], [1, 1, 0]], 'images': [[1], [1, 1], [3, 1, 6]]";
        JsonNode metrics = json("{" + rows + ", 'variants': {'ham/linear': {" + rows + "}}}");
        JsonNode evaluation = json("{'tasks': [{'images': 3}, {'images': 1}, {'images': 6}]}");
        assertThat(RunReport.of(NONE, metrics, NONE, evaluation, NONE, Optional.empty())
                        .html())
                .contains("after task 2: 50.00 %", "after task 3: 40.00 %", "all images counting the same");
    }

    @Test
    void withoutTestImagesEveryTaskCountsTheSame() {
        JsonNode metrics = json("{'R': [[1], [0, 1]], 'variants': {'ham/linear': {'R': [[1], [0, 1]]}}}");
        assertThat(RunReport.of(NONE, metrics, NONE, NONE, NONE, Optional.empty())
                        .html())
                .contains("after task 2: 50.00 %", "all tasks counting the same");
    }

    /** Sequential, linear and frozen have no groups; a run without any record still has a page. */
    @Test
    void whatIsNotRecordedHasNoSection() {
        String empty =
                RunReport.of(NONE, NONE, NONE, NONE, NONE, Optional.empty()).html();
        assertThat(Documents.texts(Documents.parse(empty), "h2")).containsExactly("How it was made");
        RunReport full = SampleRecords.run(3, Optional.empty());
        String without = new RunReport(
                        full.run(),
                        full.metrics(),
                        RunReport.of(NONE, NONE, NONE, NONE, NONE, Optional.empty())
                                .merge(),
                        full.evaluation(),
                        full.export(),
                        Optional.empty())
                .html();
        assertThat(Documents.texts(Documents.parse(without), "h2"))
                .contains("Accuracy after every task", "Costs")
                .doesNotContain("Adapters and groups");
        assertThat(Documents.texts(Documents.parse(full.html()), "h2")).contains("Adapters and groups");
    }

    @Test
    void manyVariantsHaveAChartAHead() {
        Document page = Documents.parse(SampleRecords.run(4, Optional.empty()).html());
        assertThat(Documents.elements(page, "svg").stream().map(svg -> svg.getAttribute("aria-label")))
                .contains(
                        "Accuracy after every task, analytic head",
                        "Accuracy after every task, prototype head",
                        "Group of every task's adapter",
                        "Scalars over tasks",
                        "Costs in s");
    }

    /** Group 0 was trained to 0.5 beside the second task, and stands at 0.75 after its join. */
    @Test
    void aGroupScalarIsShownAfterTrainingAndAfterJoining() {
        JsonNode merge = json("{'inputs': [{}, {'group_alphas': [0.5]}, {'group_alphas': [0.6]}], 'steps': ["
                + "{'alpha': 1, 'group': 0, 'group_alpha': 1}, {'alpha': 1, 'group': 1, 'group_alpha': 1},"
                + " {'alpha': 0.9, 'group': 0, 'group_alpha': 0.75}]}");
        assertThat(RunReport.of(NONE, NONE, merge, NONE, NONE, Optional.empty()).html())
                .contains("group 0, after task 2: 0.5<", "group 0, after task 3: 0.75<", "task 3 joins group 0")
                .doesNotContain("after task 3: 0.6<");
    }

    @Test
    void aFigureThatIsNoNumberIsRefused() {
        ObjectNode metrics = (ObjectNode) json("{'R': [['high']]}");
        assertThatThrownBy(() -> RunReport.of(NONE, metrics, NONE, NONE, NONE, Optional.empty())
                        .html())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a number as R, found \"high\"");
    }
}
