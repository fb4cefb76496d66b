package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.folder.Merged;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.train.config.RunConfig;
import ham.train.guard.GuardRule;
import ham.train.head.DriftRule;
import ham.train.input.Augmentation;
import ham.train.learn.LearningMethod;
import ham.train.lora.Recipe;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardRunTest {
    /** So large a rate that adapters do nothing but harm. */
    private static final Recipe HARM = new Recipe(3, 8, 1, 5e-3, 1e-3, Augmentation.NONE);

    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp);
    }

    private RunConfig config(GuardRule rule) {
        RunConfig usual = TinyRun.config(temp, LearningMethod.HAM);
        return usual.toBuilder().optMeasuring(usual.measuring().withGuard(rule)).build();
    }

    private JsonNode guard(String run, String file) {
        return JsonFiles.read(temp.resolve(run).resolve(file), "a record").path("guard");
    }

    @Test
    void deploysTheFrozenBackboneWhereTrainingHarms() throws IOException {
        RunConfig harmful =
                config(GuardRule.DEFAULT).toBuilder().optRecipe(HARM).build();
        TinyRun.Recorder told = new TinyRun.Recorder(-1);
        FinishedRun.of(harmful, temp.resolve("ham"), Map.of(), List.of(), told);
        TinyRun.run(TinyRun.config(temp, LearningMethod.FROZEN), temp.resolve("frozen"));
        assertThat(guard("ham", "run.json").path("scale").asDouble()).isZero();
        assertThat(guard("ham", "merged/merge.json")).isEqualTo(guard("ham", "run.json"));
        assertThat(told.warnings).anyMatch(sentence -> sentence.startsWith("training did not help"));
        Merged.read(temp.resolve("ham/merged")).deltas().values().forEach(delta -> assertThat(delta.data())
                .containsOnly(0));
        for (HeadKind kind : List.of(HeadKind.ANALYTIC, HeadKind.PROTOTYPE)) {
            assertThat(Files.readAllBytes(RunOutputs.head(temp.resolve("ham"), kind)))
                    .isEqualTo(Files.readAllBytes(RunOutputs.head(temp.resolve("frozen"), kind)));
        }
        JsonNode variants =
                JsonFiles.read(temp.resolve("ham/metrics.json"), "accuracies").path("variants");
        JsonNode rows = variants.path("ham/analytic").path("R");
        assertThat(rows.get(rows.size() - 1))
                .isEqualTo(variants.path("frozen/analytic").path("R").get(rows.size() - 1));
    }

    @Test
    void neverEndsBelowTheFrozenBackboneOnHeldOutImages() {
        TinyRun.run(config(GuardRule.of(new BigDecimal("0.25"), new BigDecimal("0.50"))), temp.resolve("run"));
        JsonNode choice = guard("run", "run.json");
        JsonNode heldOut = choice.path("held_out");
        assertThat(heldOut.size()).isEqualTo(4);
        double chosen = heldOut.path(BigDecimal.valueOf(choice.path("scale").asDouble())
                        .stripTrailingZeros()
                        .toPlainString())
                .asDouble(-1);
        heldOut.forEach(each -> assertThat(each.asDouble()).isLessThanOrEqualTo(chosen));
    }

    /** One image a class, so that none is held out. */
    @Test
    void comparesNothingWhereNoImageIsHeldOut() {
        TinyRun.prepare(temp.resolve("one"), 1);
        RunConfig config = config(GuardRule.DEFAULT).toBuilder()
                .setData(temp.resolve("one/data"))
                .build();
        TinyRun.Recorder told = new TinyRun.Recorder(-1);
        FinishedRun.of(config, temp.resolve("run"), Map.of(), List.of(), told);
        JsonNode choice = guard("run", "run.json");
        assertThat(choice.path("scale").asDouble()).isEqualTo(1);
        assertThat(choice.path("images").asInt()).isZero();
        assertThat(choice.path("held_out").size()).isZero();
        assertThat(told.warnings).anyMatch(sentence -> sentence.contains("compared with nothing"));
    }

    @Test
    void trainsTheSameAdaptersWithoutIt() throws IOException {
        TinyRun.run(config(GuardRule.DEFAULT), temp.resolve("guarded"));
        TinyRun.run(config(GuardRule.OFF), temp.resolve("free"));
        assertThat(guard("free", "run.json").isMissingNode()).isTrue();
        for (int task = 0; task < TinyRun.TASKS; task++) {
            String file = "adapters/" + RunFolder.numbered(task) + "/adapter_model.safetensors";
            assertThat(Files.readAllBytes(temp.resolve("guarded").resolve(file)))
                    .isEqualTo(Files.readAllBytes(temp.resolve("free").resolve(file)));
        }
    }

    @Test
    void goesOnAsIfNeverInterrupted() throws IOException {
        RunConfig config = config(GuardRule.DEFAULT);
        TinyRun.run(config, temp.resolve("whole"));
        endsAsTheWholeRun(config);
    }

    private void endsAsTheWholeRun(RunConfig config) throws IOException {
        TinyRun.runInterrupted(config, temp.resolve("broken"));
        assertThat(guard("broken", "run.json").path("held_out"))
                .isEqualTo(guard("whole", "run.json").path("held_out"));
        assertThat(Files.readAllBytes(RunOutputs.head(temp.resolve("broken"), HeadKind.ANALYTIC)))
                .isEqualTo(Files.readAllBytes(RunOutputs.head(temp.resolve("whole"), HeadKind.ANALYTIC)));
    }

    @Test
    void comparesPartsWhoseStatisticsFollow() throws IOException {
        RunConfig config =
                config(GuardRule.DEFAULT).toBuilder().optDrift(DriftRule.LINEAR).build();
        TinyRun.Recorder told = new TinyRun.Recorder(-1);
        FinishedRun.of(config, temp.resolve("whole"), Map.of(), List.of(), told);
        assertThat(told.warnings).noneMatch(sentence -> sentence.contains("drift"));
        assertThat(guard("whole", "run.json").path("held_out").size()).isEqualTo(3);
        endsAsTheWholeRun(config);
        RunConfig harmful = config.toBuilder().optRecipe(HARM).build();
        TinyRun.run(harmful, temp.resolve("harm"));
        TinyRun.run(TinyRun.config(temp, LearningMethod.FROZEN), temp.resolve("frozen"));
        assertThat(guard("harm", "run.json").path("scale").asDouble()).isZero();
        assertThat(Files.readAllBytes(RunOutputs.head(temp.resolve("harm"), HeadKind.ANALYTIC)))
                .isEqualTo(Files.readAllBytes(RunOutputs.head(temp.resolve("frozen"), HeadKind.ANALYTIC)));
    }

    @Test
    void saysWhereItCannotCompare() {
        RunConfig linear = TinyRun.config(temp, HeadKind.LINEAR, 1);
        TinyRun.Recorder told = new TinyRun.Recorder(-1);
        FinishedRun.of(linear, temp.resolve("linear"), Map.of(), List.of(), told);
        assertThat(told.warnings).anyMatch(sentence -> sentence.contains("the linear head"));
    }

    @Test
    void refusesPartsBeyondTheWhole() {
        assertThatThrownBy(() -> GuardRule.parse("0.5,1.5"))
                .hasMessageContaining("1.5")
                .hasMessageContaining("guard");
        assertThatThrownBy(() -> GuardRule.parse("half")).hasMessageContaining("'half'");
        assertThat(GuardRule.parse("0.50").optionName()).isEqualTo("0.5");
        assertThat(GuardRule.parse("1")).isEqualTo(GuardRule.of());
        assertThat(GuardRule.parse(GuardRule.of().optionName())).isEqualTo(GuardRule.of());
        assertThat(GuardRule.parse("off").isUsed()).isFalse();
    }
}
