package ham.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import ham.report.Documents;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MarkupTest {
    /** Any text is content and attribute value; what XML can hold comes back. */
    @Test
    void anyTextCanBeWritten() {
        Random random = new Random(1);
        for (int trial = 0; trial < 500; trial++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 40; i++) {
                text.append((char) random.nextInt(trial % 2 == 0 ? 0x80 : 0x10000));
            }
            String escaped = Markup.escape(text.toString());
            assertThat(escaped).doesNotContain("<", ">", "\"", "'");
            Documents.parse("<a b=\"" + escaped + "\">" + escaped + "</a>");
        }
        String plain = "a < b & c > \"d\" 'é' 漢 \uD83D\uDE00\n";
        assertThat(Documents.parse("<a>" + Markup.escape(plain) + "</a>")
                        .getDocumentElement()
                        .getTextContent())
                .isEqualTo(plain);
    }
}
