package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.train.TinyVit;
import ham.train.config.Measuring;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.record.Transfer;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is measured and watched beside the accuracies, each on a run of three tasks. */
class MeasuringRunTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    private FinishedRun run(String name, RunConfig config) {
        return TinyRun.run(config, temp.resolve(name));
    }

    private FinishedRun run(LearningMethod method) {
        return run(method.optionName(), TinyRun.config(shared, method));
    }

    @Test
    void fewerImagesAreUsedBeforeTheLastTask() {
        RunConfig config = TinyRun.config(shared, LearningMethod.FROZEN);
        FinishedRun run = run(
                "few",
                config.toBuilder()
                        .optMeasuring(new Measuring(false, 3, 0.5, 0.02))
                        .build());
        JsonNode variant = TinyRun.metrics(run).path("variants").path("frozen/analytic");
        assertThat(variant.path("images").toString()).isEqualTo("[[6],[6,6],[8,8,8]]");
        JsonNode all =
                TinyRun.metrics(run(LearningMethod.FROZEN)).path("variants").path("frozen/analytic");
        assertThat(variant.path("last")).isEqualTo(all.path("last"));
        // What is forgotten is counted on the images that both terms have.
        JsonNode end = variant.path("last_on_earlier_images");
        assertThat(end).hasSize(3);
        double forgetting = 0;
        for (int task = 0; task < 2; task++) {
            assertThat(6 * end.path(task).asDouble())
                    .isCloseTo(Math.rint(6 * end.path(task).asDouble()), within(1e-9));
            double best = variant.path("R").path(task).path(task).asDouble();
            best = Math.max(best, variant.path("R").path(1).path(task).asDouble());
            forgetting += (best - end.path(task).asDouble()) / 2;
        }
        assertThat(variant.path("forgetting").asDouble()).isCloseTo(forgetting, within(1e-9));
        assertThat(all.has("last_on_earlier_images")).isFalse();
        FinishedRun beside = run(
                "beside",
                TinyRun.config(shared, LearningMethod.HAM).toBuilder()
                        .optAnyTimeImages(3)
                        .build());
        assertThat(TinyRun.metrics(beside).path("variants").path("frozen/analytic"))
                .isEqualTo(variant);
    }

    @Test
    void theFrozenBackboneNeedNotBeMeasured() {
        FinishedRun run = run(
                "run",
                TinyRun.config(shared, LearningMethod.HAM).toBuilder()
                        .optFrozen(false)
                        .build());
        assertThat(TinyRun.metrics(run).path("variants")).hasSize(3);
        assertThat(TinyRun.metrics(run).path("last"))
                .isEqualTo(TinyRun.metrics(run(LearningMethod.HAM)).path("last"));
    }

    @Test
    void withoutHeldOutImagesNothingIsWatched() {
        RunConfig config = TinyRun.config(shared, LearningMethod.HAM);
        FinishedRun run = run(
                "run",
                config.toBuilder().optTrainImages(4).optHeldOut(BigDecimal.ZERO).build());
        assertThat(TinyRun.metrics(run).path("tasks").path(0).has("held_out")).isFalse();
    }

    /** A scalar that is free to run away is told. */
    @Test
    void failuresAreRecordedAndToldInTheMerge() {
        RunConfig config = TinyRun.config(shared, LearningMethod.HAM);
        FinishedRun run = run(
                "run",
                config.toBuilder()
                        .optRank(TinyVit.WIDTH)
                        .optAlphaLr(0.5)
                        .optMeasuring(new Measuring(false, 0, 1, 0))
                        .build());
        List<String> warnings = new ArrayList<>();
        TinyRun.metrics(run).path("tasks").forEach(task -> task.path("warnings")
                .forEach(each -> warnings.add(each.asText())));
        assertThat(warnings).anyMatch(each -> each.startsWith("rank explosion"));
        assertThat(warnings).anyMatch(each -> each.startsWith("rigidification"));
        ObjectNode record = JsonFiles.read(run.folder().resolve("merged/merge.json"), "merge");
        List<String> told = new ArrayList<>();
        record.path("warnings").forEach(each -> told.add(each.asText()));
        assertThat(told).containsAll(warnings);
    }

    @Test
    void joiningThatCostsTooMuchIsNegativeTransfer() {
        Transfer transfer = new Transfer(50, 0.92, 0.90);
        assertThat(transfer.warnings(3, 0.02, "images")).isEmpty();
        assertThat(transfer.warnings(3, 0.01, "texts"))
                .singleElement()
                .asString()
                .contains("negative transfer", "held-out texts of task 3", "92.0", "90.0");
        assertThat(new Transfer(50, 0.5, 0.9).warnings(0, 0, "images")).isEmpty();
    }
}
