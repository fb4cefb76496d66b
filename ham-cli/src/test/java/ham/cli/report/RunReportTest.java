package ham.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RunReportTest {
    private static final Set<String> WITHOUT_END = Set.of("meta", "line", "polyline");
    private static final Pattern TAG = Pattern.compile("<(/?)([a-z][a-z0-9]*)([^<>]*)>");

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
        JsonNode metrics = json("{'head': 'linear', " + figures + ", 'variants': {'ham/linear': {" + figures
                + "}, 'frozen/<b>': {" + figures + "}}}");
        JsonNode merge = json("{'steps': [{'adapter': '" + evil + "', 'alpha': 1, 'similarity': [0.25], 'group': 0,"
                + " 'opened': false, 'group_alpha': 1}], 'groups': [{'members': ['" + evil
                + "'], 'alpha': 1, 'rank': 4, 'norm': 2}]}");
        JsonNode evaluation = json("{'accuracy': 0.875, 'tasks': [{'classes': ['" + evil
                + "'], 'images': 3, 'accuracy': 0.25}, {'classes': ['b'], 'images': 1, 'accuracy': 1}]}");
        JsonNode export = json("{'bytes': 2500000, 'parity': {'inputs': '" + evil
                + "', 'tolerance': 0.001, 'top1': 1, 'differences': {'factored': 1e-6}}}");
        return new RunReport(run, metrics, merge, evaluation, export, bench).html();
    }

    @Test
    void isOneFileThatNeedsNoOther() {
        String page = page(MissingNode.getInstance());
        for (Matcher tag = TAG.matcher(page); tag.find(); ) {
            assertThat(tag.group(2)).isNotIn("script", "link", "img", "iframe", "object", "embed", "base", "form");
            assertThat(tag.group(3)).doesNotContain("src=", "href=", "onload", "onclick", "url(");
        }
        assertThat(page.substring(page.indexOf("<style>"), page.indexOf("</style>")))
                .doesNotContain("@import", "url(", "http")
                .contains("prefers-color-scheme:dark");
    }

    @Test
    void textsFromOutsideStayTexts() {
        String page = page(json("{'results': [{'strategy': '<i>x</i>', 'tasks': 2, 'resident_mb': null}]}"));
        assertThat(page)
                .doesNotContain("<script", "<i>x", "<b></", "merged, <", "frozen, <b>")
                .contains("&lt;script src=https://evil&gt;&amp;", "&lt;i&gt;x&lt;/i&gt;", "frozen, &lt;b&gt;");
    }

    @Test
    void everyElementIsClosed() {
        Deque<String> open = new ArrayDeque<>();
        String page = page(json("{'results': [{'strategy': 'merged', 'p50_ms': 1.25}]}"));
        for (Matcher tag = TAG.matcher(page); tag.find(); ) {
            if (!tag.group(1).isEmpty()) {
                assertThat(open.pop()).as(page.substring(0, tag.end())).isEqualTo(tag.group(2));
            } else if (!WITHOUT_END.contains(tag.group(2))) {
                open.push(tag.group(2));
            }
        }
        assertThat(open).isEmpty();
    }

    @Test
    void showsTheFigures() {
        String page = page(json("{'results': [{'strategy': 'merged', 'p50_ms': 1.25, 'resident_mb': null}]}"));
        assertThat(page).contains("87.5 %", "2.5 MB", "<td>1.25</td>", "<td>-</td>", "0.250", "1.00e-06");
        assertThat(page(MissingNode.getInstance())).contains("Tasks</h2>").doesNotContain("p50_ms");
    }

    /** The second row of R is 0 of 3 images and 1 of 1: a quarter. */
    @Test
    void theChartWeighsTasksByTheirImages() {
        assertThat(page(MissingNode.getInstance())).contains("after task 1: 100.0 %", "after task 2: 25.0 %");
    }
}
