package ham.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HtmlTest {
    @Test
    void aColumnOfSentencesIsWrappedAndNumbersAreNot() {
        String sentence = "this build of ONNX Runtime holds no such provider; build with -Pgpu";
        String table = Html.table(
                "Steps",
                List.of("step", "seconds", "why"),
                List.of(List.of("one", "0.1", sentence), List.of("two", "0.2", "-")));
        assertThat(table)
                .contains("<th scope=\"col\">seconds</th><th scope=\"col\" class=\"said\">why</th>")
                .contains("<td>0.1</td><td class=\"said\">" + sentence + "</td>")
                .contains("<td>0.2</td><td class=\"said\">-</td>");
    }
}
