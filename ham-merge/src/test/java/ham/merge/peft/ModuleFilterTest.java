package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what PEFT's own functions answered. */
class ModuleFilterTest {
    private static final ObjectNode ANSWERS =
            JsonFiles.read(TestData.path("peft-adapters/modules.json"), "PEFT's answers");

    @TempDir
    private Path folder;

    static Stream<JsonNode> selections() {
        return StreamSupport.stream(ANSWERS.path("selections").spliterator(), false)
                .filter(each -> !looksAhead(each));
    }

    /** What RE2 cannot match is refused. */
    private static boolean looksAhead(JsonNode answer) {
        return answer.path("config").toString().contains("(?!");
    }

    static Stream<JsonNode> patterns() {
        return StreamSupport.stream(ANSWERS.path("patterns").spliterator(), false);
    }

    private PeftConfig config(ObjectNode json) throws IOException {
        Path file = folder.resolve("adapter_config.json");
        JsonFiles.write(file, json.put("peft_type", "LORA"));
        return PeftConfig.read(file);
    }

    private static List<String> modules() {
        List<String> modules = new ArrayList<>();
        ANSWERS.path("modules").forEach(each -> modules.add(each.textValue()));
        return modules;
    }

    @ParameterizedTest
    @MethodSource("selections")
    void adaptsTheModulesThatPeftAdapts(JsonNode answer) throws IOException {
        PeftConfig config = config(((ObjectNode) answer.path("config")).deepCopy());
        List<String> expected = new ArrayList<>();
        answer.path("adapted").forEach(each -> expected.add(each.textValue()));
        assertThat(modules().stream().filter(config.modules()::adapts)).containsExactlyElementsOf(expected);
    }

    @Test
    void anExpressionThatLooksAheadIsRefused() {
        List<JsonNode> refused = StreamSupport.stream(ANSWERS.path("selections").spliterator(), false)
                .filter(ModuleFilterTest::looksAhead)
                .toList();
        assertThat(refused).isNotEmpty();
        for (JsonNode each : refused) {
            assertThatThrownBy(() -> config(((ObjectNode) each.path("config")).deepCopy()))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("expected a regular expression that RE2 can match as Python does")
                    .hasMessageContaining("list the modules' names instead");
        }
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void takesTheRankAndAlphaThatPeftTakes(JsonNode answer) throws IOException {
        ObjectNode json = JsonFiles.object();
        json.set("rank_pattern", answer.path("pattern"));
        json.set("alpha_pattern", answer.path("pattern"));
        PeftConfig both = config(json);
        json.remove("rank_pattern");
        PeftConfig alphaOnly = config(json);
        for (String module : modules()) {
            int expected = answer.path("values").path(module).intValue();
            assertThat(both.rank(module)).as(module).isEqualTo(expected);
            assertThat(both.scaling(module)).as(module).isEqualTo(1);
            assertThat(alphaOnly.scaling(module)).as(module).isEqualTo(expected / 8.0);
        }
    }

    @Test
    void allLinearTakesEveryModuleThatIsNotExcluded() throws IOException {
        ObjectNode json = JsonFiles.object().put("target_modules", "All-Linear");
        json.putArray("exclude_modules").add("value");
        PeftConfig config = config(json);
        assertThat(modules().stream().filter(module -> !config.modules().adapts(module)))
                .allMatch(module -> module.endsWith(".value"))
                .hasSize(3);
    }
}
