package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.train.learn.LearningMethod;
import ham.train.metrics.AccuracyRow;
import ham.train.record.MetricsRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariantsTest {
    private static final int TASKS = 2;

    @TempDir
    private Path temp;

    private static Variants variants() {
        Variants variants = new Variants(TASKS);
        variants.addRows(LearningMethod.FROZEN, Map.of(HeadKind.PROTOTYPE, new AccuracyRow().and(1.0 / 3, 3)));
        AccuracyRow first = new AccuracyRow().and(2.0 / 3, 3);
        variants.addRows(LearningMethod.SD_LORA, Map.of(HeadKind.PROTOTYPE, first));
        variants.addRows(
                LearningMethod.SD_LORA,
                Map.of(HeadKind.PROTOTYPE, new AccuracyRow().and(1.0 / 3, 3).and(1, 1)));
        return variants;
    }

    private static ObjectNode json(Variants variants) {
        return MetricsRecord.of("sd-lora", "prototype", variants.records(), "sequential", List.of())
                .json();
    }

    @Test
    void theChosenHeadStandsAtTheTop() {
        ObjectNode json = json(variants());
        assertThat(json.path("head").asText()).isEqualTo("prototype");
        assertThat(json.path("last").asDouble()).isEqualTo(0.5);
        assertThat(json.path("average_incremental").asDouble()).isEqualTo((2.0 / 3 + 0.5) / 2);
        assertThat(json.path("forgetting").asDouble()).isEqualTo(1.0 / 3);
        assertThat(json.path("backward_transfer").asDouble()).isEqualTo(-1.0 / 3);
        assertThat(json.path("R").path(1).path(1).asDouble()).isEqualTo(1);
        assertThat(json.path("method").asText()).isEqualTo("sd-lora");
        assertThat(json.path("images").path(1).toString()).isEqualTo("[3,1]");
        assertThat(json.path("variants").has("frozen/prototype")).isTrue();
    }

    @Test
    void theTableHasALineForEveryEntry() {
        assertThat(variants().csv().lines())
                .containsExactly(
                        "variant,after_task,task,accuracy,images",
                        "frozen/prototype,0,0,0.3333333333333333,3",
                        "sd-lora/prototype,0,0,0.6666666666666666,3",
                        "sd-lora/prototype,1,0,0.3333333333333333,3",
                        "sd-lora/prototype,1,1,1.0,1");
    }

    @Test
    void comesBackAsItWasWritten() throws IOException {
        Path file = temp.resolve("metrics.json");
        ObjectNode json = json(variants());
        JsonFiles.write(file, json);
        Variants restored = Variants.restore(file, MetricsRecord.read(file).variants(), TASKS);
        assertThat(json(restored)).isEqualTo(json);
        assertThat(restored.latest()).isEqualTo(variants().latest());
        AccuracyRow next = new AccuracyRow().and(0, 3).and(1, 1);
        restored.addRows(LearningMethod.FROZEN, Map.of(HeadKind.PROTOTYPE, next));
        assertThat(restored.latest()).containsEntry("frozen/prototype", 0.25);
    }

    @Test
    void refusesWhatIsNoMatrix() throws IOException {
        for (String text : new String[] {
            "{}",
            "{\"variants\": {\"a\": {\"R\": [[2]], \"images\": [[1]]}}}",
            "{\"variants\": {\"a\": {\"R\": [[0.5]]}}}",
            "{\"variants\": {\"a\": {\"R\": [[0.5, 0.5]], \"images\": [[1, 1]]}}}"
        }) {
            Path file = Files.writeString(temp.resolve("metrics.json"), text);
            assertThatThrownBy(() ->
                            Variants.restore(file, MetricsRecord.read(file).variants(), TASKS))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("metrics.json")
                    .hasMessageContaining("start over (force)");
        }
    }
}
