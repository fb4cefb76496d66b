package ham.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ham.bench.strategy.Strategy;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.io.JsonFiles;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.report.bench.BenchDocument;
import ham.report.bench.BenchPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServingPlanTest {
    private static final Path TESTDATA = Path.of(System.getProperty("ham.testdata", "../testdata"));
    private static final List<Strategy> ALL = List.of(Strategy.values());
    private static final long MUCH = 1L << 50;

    private final ServingNeeds needs = new ServingNeeds(source());

    private static ServingSource source() {
        Checkpoint base = Checkpoint.open(TESTDATA.resolve("hf-vit-tiny"));
        List<AdapterFolder> adapters = IntStream.range(0, 6)
                .mapToObj(i -> AdapterFolder.read(TESTDATA.resolve("peft-adapters/v4-names/adapter" + i))
                        .onto(base, base.sha256()))
                .toList();
        AdapterMerge merge = AdapterMerge.of(
                adapters, List.of(), MergeSettings.of(MergeMethod.HAM), Optional.empty(), MergeProgress.SILENT);
        return new ServingSource(base, merge, Path.of("merged"), Optional.empty());
    }

    private ServingPlan plan(List<Integer> counts, long memory, long disk, double seconds) {
        return ServingPlan.of(needs, ALL, counts, new ServingPlan.Machine(memory, disk, seconds));
    }

    @Test
    void aModelATaskGrowsWithTheTasksAndTheMergedModelDoesNot() {
        assertThat(needs.disk(Strategy.PER_TASK, 6)).isEqualTo(6 * needs.disk(Strategy.MERGED, 6));
        assertThat(needs.disk(Strategy.RELOAD, 6)).isEqualTo(needs.disk(Strategy.PER_TASK, 6));
        assertThat(needs.disk(Strategy.ADAPTERS, 6)).isLessThan(needs.disk(Strategy.SHARED, 6));
        assertThat(needs.disk(Strategy.SHARED, 6)).isLessThan(needs.disk(Strategy.PER_TASK, 6));
        for (Strategy strategy : ALL) {
            boolean flat = strategy == Strategy.MERGED || strategy == Strategy.RELOAD;
            assertThat(needs.memory(strategy, 6) > needs.memory(strategy, 1)).isEqualTo(!flat);
        }
    }

    @Test
    void measuresEverythingWhereThereIsRoom() {
        ServingPlan plan = plan(List.of(5, 1, 5), MUCH, MUCH, 600);
        assertThat(plan.counts()).containsExactly(1, 5);
        assertThat(plan.strategies(5)).isEqualTo(ALL);
        assertThat(plan.most(Strategy.PER_TASK)).isEqualTo(5);
    }

    @Test
    void leavesOutWhatNeedsMostMemoryFirstAndSaysWhy() {
        long largest = needs.memory(Strategy.PER_TASK, 6);
        ServingPlan plan = plan(List.of(6), largest, MUCH, 600);
        assertThat(plan.strategies(6)).doesNotContain(Strategy.PER_TASK);
        PlanEntry skipped = plan.entries().get(1);
        assertThat(skipped.strategy()).isEqualTo(Strategy.PER_TASK);
        assertThat(skipped.skipped().orElseThrow()).contains("MB of memory", "may be used");
        ServingPlan crowded = plan(List.of(6), 4 * largest, MUCH, 600);
        assertThat(crowded.entries().get(1).skipped().orElseThrow())
                .contains("beside", "measure the strategy per-task alone");
        assertThat(plan(List.of(6), 1, MUCH, 600).counts()).isEmpty();
    }

    @Test
    void leavesOutWhatDoesNotFitDiskOrTime() {
        long one = needs.whole();
        ServingPlan disk = plan(List.of(1, 6), MUCH, 8 * one, 600);
        assertThat(disk.most(Strategy.PER_TASK, Strategy.RELOAD)).isLessThan(6);
        assertThat(disk.strategies(6)).contains(Strategy.MERGED);
        assertThat(disk.entries().stream().flatMap(each -> each.skipped().stream()))
                .anyMatch(reason -> reason.contains("temporary files"));
        ServingPlan time = plan(List.of(1, 6), MUCH, MUCH, 0.3 * one / 60e6 * 10);
        assertThat(time.entries().stream().flatMap(each -> each.skipped().stream()))
                .anyMatch(reason -> reason.contains("allow more minutes"));
    }

    @Test
    void jsonAndTextTellWhatWasSkipped() {
        List<BenchPlan> plan = ServingRows.plan(plan(List.of(6), 4 * needs.memory(Strategy.PER_TASK, 6), MUCH, 600));
        assertThat(plan.get(0).skipped()).isNull();
        assertThat(plan.get(1).needMb()).isPositive();
        BenchDocument bench = BenchDocument.of(JsonFiles.object().set("plan", JsonFiles.tree(plan)));
        assertThat(ServingText.notes(bench)).first().asString().contains("skipped: per-task at 6 tasks");
        BenchDocument older = BenchDocument.of(JsonFiles.object());
        assertThat(ServingText.rows(older)).isEmpty();
        assertThat(ServingText.notes(older)).isEmpty();
    }
}
