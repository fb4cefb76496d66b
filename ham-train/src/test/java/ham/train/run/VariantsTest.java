package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariantsTest {
    private static final int[] COUNTS = {3, 1};

    @TempDir
    private Path temp;

    private static Variants variants() {
        Variants variants = new Variants(COUNTS);
        variants.addRow(Variants.frozen(HeadKind.PROTOTYPE), new double[] {1.0 / 3});
        variants.addRow(Variants.ham(HeadKind.PROTOTYPE), new double[] {2.0 / 3});
        variants.addRow(Variants.ham(HeadKind.PROTOTYPE), new double[] {1.0 / 3, 1});
        return variants;
    }

    @Test
    void theChosenHeadStandsAtTheTop() {
        ObjectNode json = variants().json(HeadKind.PROTOTYPE);
        assertThat(json.path("head").asText()).isEqualTo("prototype");
        assertThat(json.path("last").asDouble()).isEqualTo(0.5);
        assertThat(json.path("average_incremental").asDouble()).isEqualTo((2.0 / 3 + 0.5) / 2);
        assertThat(json.path("forgetting").asDouble()).isEqualTo(1.0 / 3);
        assertThat(json.path("backward_transfer").asDouble()).isEqualTo(-1.0 / 3);
        assertThat(json.path("R").path(1).path(1).asDouble()).isEqualTo(1);
        assertThat(json.path("variants").has("frozen/prototype")).isTrue();
    }

    @Test
    void comesBackAsItWasWritten() throws IOException {
        Path file = temp.resolve("metrics.json");
        ObjectNode json = variants().json(HeadKind.PROTOTYPE);
        JsonFiles.write(file, json);
        Variants restored = Variants.restore(file, COUNTS);
        assertThat(restored.json(HeadKind.PROTOTYPE)).isEqualTo(json);
        assertThat(restored.latest()).isEqualTo(variants().latest());
        restored.addRow(Variants.frozen(HeadKind.PROTOTYPE), new double[] {0, 1});
        assertThat(restored.latest()).containsEntry("frozen/prototype", 0.25);
    }

    @Test
    void refusesWhatIsNoMatrix() throws IOException {
        for (String text : new String[] {
            "{}", "{\"variants\": {\"a\": {\"R\": [[2]]}}}", "{\"variants\": {\"a\": {\"R\": [[0.5, 0.5]]}}}"
        }) {
            Path file = Files.writeString(temp.resolve("metrics.json"), text);
            assertThatThrownBy(() -> Variants.restore(file, COUNTS))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("metrics.json")
                    .hasMessageContaining("--force");
        }
    }
}
