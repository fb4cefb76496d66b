package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.encoder.EncoderInput;
import ham.testing.TestData;
import ham.train.TinyVit;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.encoder.Backbones;
import ham.train.engine.TorchEngine;
import ham.train.head.AnalyticStatistics;
import ham.train.head.RidgeRule;
import ham.train.learn.LearningMethod;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunNeedsTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path temp;

    private static RunNeeds needs(long heap, long step, long statistics, long disk) {
        return new RunNeeds(heap, step + statistics, step, statistics, disk);
    }

    @Test
    void aSmallRunSaysNothing() {
        assertThat(needs(GIB / 4, GIB / 4, GIB / 4, GIB).sentence(GIB)).isEmpty();
        assertThat(needs(GIB, 7 * GIB, 2 * GIB, 3 * GIB).sentence(4 * GIB))
                .isEqualTo(
                        "this run needs about 1.0 GiB of Java's heap and 9.0 GiB beside it (a training step 7.0, statistics of the"
                                + " heads 2.0), a process of 11.0 GiB, and 3.0 GiB on disk");
        assertThat(needs(GIB, 7 * GIB, 2 * GIB, 3 * GIB).sentence(3 * GIB / 2)).contains("a process of 10.5 GiB");
    }

    /** Every head keeps its scores, whatever its width: one of t x t a row and block, before the softmax and after. */
    @ParameterizedTest
    @ValueSource(strings = {"dinov2", "clip-classifier"})
    void countsTheHeadsThatTheDescriptionHas(String encoder) throws IOException {
        TinyRun.prepare(temp);
        RunInputs few = encoder(encoder, 1);
        RunInputs many = encoder(encoder, 4);
        assertThat(many.base().encoder().heads()).isEqualTo(4);
        long side = ((EncoderInput.Images) many.base().encoder().input()).side();
        long tokens = (side / 8) * (side / 8) + 1;
        long batch = Math.min(few.config().recipe().batch(), few.split(0).training().length);
        long difference = step(many) - step(few);
        assertThat(difference)
                .isEqualTo(3 * 2 * Float.BYTES * batch * many.base().encoder().blocks() * tokens * tokens);
    }

    private static long step(RunInputs inputs) {
        return needs(inputs).step();
    }

    private static RunNeeds needs(RunInputs inputs) {
        try (TorchEngine engine = TorchEngine.open("cpu", 1, "fp32");
                Backbone backbone = Backbones.open(engine, inputs.base())) {
            return RunNeeds.of(inputs, backbone, StepMemory.of(inputs, backbone));
        }
    }

    @Test
    void countsTheImagesThatAreKeptAtTheirOwnSize() {
        TinyRun.prepare(temp);
        RunConfig config = TinyRun.config(temp, LearningMethod.HAM);
        RunInputs resized = RunInputs.open(config);
        RunInputs whole =
                RunInputs.open(config.toBuilder().opt("crop-scale", "0.5").build());
        assertThat(needs(whole).heap() - needs(resized).heap())
                .isEqualTo(3L * TinyVit.SIDE * TinyVit.SIDE * whole.learned() / TinyRun.TASKS);
    }

    /** One of the tiny encoders with another number of heads. */
    private RunInputs encoder(String name, int heads) throws IOException {
        Path source = TestData.path("encoders").resolve(name);
        Path base = Files.createDirectories(temp.resolve(name + heads));
        Files.copy(source.resolve("model.safetensors"), base.resolve("model.safetensors"));
        String config = Files.readString(source.resolve("config.json"));
        Files.writeString(
                base.resolve("config.json"),
                config.replaceAll("\"num_attention_heads\": \\d+", "\"num_attention_heads\": " + heads));
        return RunInputs.open(TinyRun.config(temp, LearningMethod.HAM).toBuilder()
                .setBase(base)
                .build());
    }

    @Test
    void saysHowLongTheHeadsTakeToSolve() throws IOException {
        TinyRun.prepare(temp);
        RunConfig chosen = TinyRun.config(temp, LearningMethod.HAM).toBuilder()
                .optProjection(10_000)
                .build();
        RunConfig fixed = chosen.toBuilder().optRidge(RidgeRule.fixed(10)).build();
        assertThat(RunNeeds.solving(chosen, 20, () -> 7)).contains("projection 10000", "of 7.0 s a task");
        int each = solutions(RunNeeds.solving(chosen, 20, () -> 7));
        assertThat(each - solutions(RunNeeds.solving(fixed, 20, () -> 7))).isEqualTo(2 * 10);
        assertThat(RunNeeds.solving(chosen, 20, () -> 60.0 / each / 20)).contains("about 1 min");
        assertThat(RunNeeds.solving(chosen, 20, () -> 59.0 / each / 20)).isEmpty();
    }

    /** A minute of training is one of the images that are taken, whatever lies in the folder. */
    @Test
    void saysHowLongTrainingTakesByTheImagesThatAreLearnedFrom() throws IOException {
        TinyRun.prepare(temp);
        RunConfig config = TinyRun.config(temp, LearningMethod.HAM);
        RunInputs all =
                RunInputs.open(config.toBuilder().optHeldOut(BigDecimal.ZERO).build());
        RunInputs two = RunInputs.open(
                config.toBuilder().optTrainImages(2).optHeldOut(BigDecimal.ZERO).build());
        assertThat(all.learned()).isEqualTo(all.data().train().size());
        assertThat(two.learned()).isEqualTo(2L * two.data().classNames().size());
        double rate = two.learned() * config.recipe().epochs() / 600.0;
        assertThat(RunNeeds.time(two, rate)).contains("all tasks take about 10 min of training");
        assertThat(RunNeeds.time(all, rate)).doesNotContain("about 10 min of training");
    }

    private static int solutions(String sentence) {
        return Integer.parseInt(sentence.replaceAll(".*, (\\d+) solutions .*", "$1"));
    }

    @Test
    void aSolutionTakesTime() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1, "fp32")) {
            assertThat(AnalyticStatistics.solutionSeconds(engine, 3000))
                    .isFinite()
                    .isPositive();
        }
    }

    @Test
    void saysWhatToLower() {
        RunNeeds run = needs(2 * GIB, 7 * GIB, 2 * GIB, 3 * GIB);
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 11 * GIB, 3 * GIB))).isEmpty();
        assertThat(run.shortages(new RunNeeds.Room(GIB, 11 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("2.0 GiB are needed, -Xmx allows 1.0", "-Xmx3g");
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 10 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("11.0 GiB are needed, 10.0 are free; lower batch, then projection");
        assertThat(needs(GIB, GIB, 20 * GIB, 3 * GIB).shortages(new RunNeeds.Room(GIB, 10 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("lower projection (or leave the frozen backbone out), then batch");
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 11 * GIB, 2 * GIB)))
                .singleElement()
                .asString()
                .contains("the disk may be too small: about 3.0 GiB");
    }
}
