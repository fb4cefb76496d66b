package ham.cli.encoder;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.Cli;
import ham.cli.TinyTraining;
import ham.cli.train.RunText;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that learn from texts. */
class TextRunTest {
    private static final int CLASSES = 4;

    @TempDir
    private Path temp;

    private Cli train(String out, Object... more) {
        Path base = temp.resolve("base");
        if (!Files.exists(base)) {
            TinyTexts.base("bert-bare", 0, base);
            TinyTexts.data(CLASSES, temp.resolve("data"));
        }
        return TinyTraining.train(base, temp.resolve("data"), temp.resolve(out), 2, 2, more);
    }

    /** At so large a rate adapters do nothing but harm: none of their delta is deployed, and the heads are those of the frozen encoder. */
    @Test
    void theGuardHoldsBackAHarmfulDelta() throws IOException {
        Cli guarded = train("guarded", "--lr", "1", "--held-out", "0.3").succeeds();
        JsonNode guard = guarded.json().path("guard");
        assertThat(guard.path("scale").asDouble(-1)).isZero();
        assertThat(guard.path("held_out").path("0").asDouble())
                .isGreaterThan(guard.path("held_out").path("1").asDouble());
        Merged.read(temp.resolve("guarded/merged")).deltas().values().forEach(delta -> assertThat(delta.isZero())
                .isTrue());
        assertThat(guarded.err())
                .contains(
                        "training did not help, so the frozen backbone is deployed",
                        "held-out training texts by scale");
        JsonNode variants = guarded.json().path("metrics").path("variants");
        JsonNode rows = variants.path("ham/analytic").path("R");
        assertThat(rows.get(1))
                .isEqualTo(variants.path("frozen/analytic").path("R").get(1));
        train("frozen", "--method", "frozen", "--held-out", "0.3").succeeds();
        assertThat(temp.resolve("guarded/heads/analytic.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("frozen/heads/analytic.safetensors"));

        Cli free = train("free", "--lr", "1", "--held-out", "0.3", "--guard", "off")
                .succeeds();
        assertThat(free.json().path("guard").isMissingNode()).isTrue();
        assertThat(Merged.read(temp.resolve("free/merged")).deltas().values()).anyMatch(delta -> !delta.isZero());
    }

    @Test
    void inputsOfLayersAreMeasuredOfAPlainVitOnly() {
        train("run", "--gram", "full").failsWith(2, "--gram", "expected a plain ViT as base", "found a BERT");
        assertThat(temp.resolve("run")).doesNotExist();
        assertThat(temp.resolve("run.partial")).doesNotExist();
    }

    /** Nothing that is printed of it, and nothing in its report, speaks of images. */
    @Test
    void saysTextsOfTexts() throws IOException {
        Path run = temp.resolve("run");
        Cli trained = train("run").succeeds();
        assertThat(trained.err()).contains("texts/s").doesNotContain("images");
        RunText text = RunText.read(run);
        assertThat(text.text() + RunText.whereToLook(run, 1, "texts"))
                .contains("held-out training texts by scale", "--text TEXT", "classify texts", "seeded texts")
                .doesNotContainIgnoringCase("image");
        assertThat(JsonFiles.read(run.resolve("run.json"), "a record")
                        .path("examples")
                        .asText())
                .isEqualTo("texts");
        String report = Files.readString(run.resolve("report.html"));
        assertThat(report).contains("test texts").doesNotContain("test images", "every image");
        Cli evaluated = ham("eval", run.resolve("model.onnx"), "--data", temp.resolve("data"))
                .succeeds();
        assertThat(evaluated.out().lines().findFirst().orElseThrow())
                .contains("texts")
                .doesNotContain("images");
        Cli warned = train("linear", "--head", "linear").succeeds();
        assertThat(warned.err()).contains("on held-out texts").doesNotContain("images");
    }
}
