package ham.train.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.train.config.RunConfig;
import ham.train.learn.LearningMethod;
import ham.train.record.MetricsRecord;
import ham.train.run.RunProgress;
import ham.train.run.TinyRun;
import ham.train.stream.Arrival;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path temp;

    @BeforeAll
    static void prepare() {
        TinyRun.prepare(shared);
    }

    private static PlannedRun planned(LearningMethod method, long order) {
        RunConfig config = TinyRun.config(shared, method);
        return new PlannedRun(
                method.optionName(),
                String.valueOf(order),
                config.toBuilder().optOrder(Arrival.of(order)).build());
    }

    private static List<PlannedRun> plan() {
        List<PlannedRun> plan = new ArrayList<>();
        for (long order : new long[] {1993, 1994}) {
            for (LearningMethod method : new LearningMethod[] {
                LearningMethod.LINEAR, LearningMethod.TIES, LearningMethod.HAM, LearningMethod.JOINT
            }) {
                plan.add(planned(method, order));
            }
        }
        return plan;
    }

    private List<MeasuredRun> run(List<PlannedRun> plan, Path folder, Progress progress) {
        return new Experiment(folder, plan).run(Map.of(), List.of("test"), progress);
    }

    /** Breaks off before a task of a run. */
    private static final class Progress implements ExperimentProgress {
        private final int stopInRun;
        private final int stopBeforeTask;
        private final List<TinyRun.Recorder> recorders = new ArrayList<>();
        private final List<OptionalDouble> left = new ArrayList<>();
        private int finished;

        Progress(int stopInRun, int stopBeforeTask) {
            this.stopInRun = stopInRun;
            this.stopBeforeTask = stopBeforeTask;
        }

        @Override
        public RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft) {
            assertThat(runs).isEqualTo(8);
            recorders.add(new TinyRun.Recorder(number == stopInRun ? stopBeforeTask : -1));
            left.add(secondsLeft);
            return recorders.get(recorders.size() - 1);
        }

        @Override
        public void finished(List<MeasuredRun> soFar) {
            finished++;
            assertThat(soFar).hasSize(finished);
        }
    }

    @Test
    void goesOnBetweenRunsAndInsideOneAndEndsTheSame() throws IOException {
        Path stopped = temp.resolve("stopped");
        assertThatThrownBy(() -> run(plan(), stopped, new Progress(2, 0)))
                .hasMessageContaining("stopped before task 0");
        byte[] first = Files.readAllBytes(stopped.resolve("linear-order1993/metrics.json"));
        assertThatThrownBy(() -> run(plan(), stopped, new Progress(3, 2)))
                .hasMessageContaining("stopped before task 2");
        assertThat(stopped.resolve("ham-order1993.partial/run.json")).exists();
        Progress progress = new Progress(0, 0);
        List<MeasuredRun> resumed = run(plan(), stopped, progress);
        assertThat(progress.recorders.get(2).resumedAfter).isEqualTo(2);
        assertThat(progress.left.get(0)).isEmpty();
        assertThat(progress.left.get(1).orElseThrow()).isPositive();
        assertThat(stopped.resolve("linear-order1993/metrics.json")).hasBinaryContent(first);

        List<MeasuredRun> whole = run(plan(), temp.resolve("whole"), new Progress(0, 0));
        for (int i = 0; i < whole.size(); i++) {
            assertThat(resumed.get(i).heads()).isEqualTo(whole.get(i).heads());
        }
        MeasuredRun linear = whole.get(0);
        MeasuredRun ties = whole.get(1);
        assertThat(ties.run().config().adapters()).contains(temp.resolve("whole/linear-order1993"));
        assertThat(ties.seconds("training")).isGreaterThanOrEqualTo(linear.seconds("training"));
        assertThat(ties.trainedParameters())
                .isEqualTo(linear.trainedParameters())
                .isEqualTo(TinyRun.TASKS * whole.get(3).trainedParameters());

        ExperimentResults results = new ExperimentResults(whole);
        assertThat(results.names()).containsExactly("linear", "ties", "ham", "joint");
        assertThat(results.csv().lines()).hasSize(1 + 8 * 3);
        assertThat(results.anyTimeCsv().lines()).hasSize(1 + 6 * 3 * TinyRun.TASKS + 2 * 3);
        double one = linear.heads().get("analytic").last();
        double other = whole.get(4).heads().get("analytic").last();
        Spread last = results.spread("linear", "analytic", HeadFigures::last);
        assertThat(last.mean()).isEqualTo((one + other) / 2);
        assertThat(results.spread("joint", "analytic", HeadFigures::forgetting).count())
                .isZero();
        List<Spread> curve = results.anyTime("linear", "analytic");
        assertThat(curve.get(TinyRun.TASKS - 1)).isEqualTo(last);
        ExperimentRecord record = ExperimentRecord.of("compare", List.of(), Map.of(), results);
        assertThat(record.summary()).hasSize(4 * 3);
        assertThat(record.paired()).hasSize(6 * 3).allSatisfy(pair -> {
            assertThat(pair.comparison().images()).isEqualTo(2 * TinyRun.TASKS * 4);
            assertThat(pair.comparison().runs()).isEqualTo(2);
            double difference = results.spread(pair.method(), pair.head(), HeadFigures::last)
                            .mean()
                    - results.spread(pair.against(), pair.head(), HeadFigures::last)
                            .mean();
            assertThat(pair.comparison().difference()).isCloseTo(difference, within(1e-9));
        });
        assertThat(MethodPairs.csv(MethodPairs.of(results)).lines()).hasSize(1 + 6 * 3);
        long statistics =
                MetricsRecord.read(linear.folder().resolve(MetricsRecord.FILE)).statisticsBytes();
        long joint = whole.get(3).keptBytes();
        assertThat(statistics).isPositive();
        assertThat(linear.keptBytes()).isGreaterThan(statistics);
        assertThat(linear.keptBytes() - joint).isPositive().isLessThan(linear.keptBytes() - statistics);

        List<PlannedRun> changed = new ArrayList<>(plan());
        changed.set(
                2,
                new PlannedRun(
                        "ham",
                        "1993",
                        planned(LearningMethod.HAM, 1993).config().toBuilder()
                                .optSeed(8)
                                .build()));
        assertThatThrownBy(() -> run(changed, temp.resolve("whole"), new Progress(0, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("ham-order1993")
                .hasMessageContaining("another value of seed");
    }

    /** Runs of one wave may be done at the same time. */
    @Test
    void aRunThatTakesAdaptersComesInTheSecondWaveWhereverTheFolderIs() {
        List<PlannedRun> plan = List.of(planned(LearningMethod.LINEAR, 1993), planned(LearningMethod.TIES, 1993));
        for (Path folder : List.of(temp.resolve("runs"), Path.of("relative/runs"), Path.of("./relative/../runs"))) {
            assertThat(new Experiment(folder, plan).waves())
                    .containsExactly(List.of("linear-order1993"), List.of("ties-order1993"));
        }
    }

    @Test
    void aRunKeepsItsSourceWhenThePlanGrows() {
        Path folder = temp.resolve("runs");
        PlannedRun ties = planned(LearningMethod.TIES, 1993);
        ExperimentProgress silent = stopping(0, 0);
        new Experiment(folder, List.of(ties)).run(Map.of(), List.of(), silent);
        List<PlannedRun> grown =
                List.of(planned(LearningMethod.LINEAR, 1993), ties, planned(LearningMethod.ORACLE, 1993));
        List<MeasuredRun> measured = new Experiment(folder, grown).run(Map.of(), List.of(), silent);
        assertThat(measured.get(1).run().config().adapters()).isEmpty();
        assertThat(measured.get(2).run().config().adapters()).contains(folder.resolve("linear-order1993"));
    }

    /** Breaks off before a task of a run; 0 for no run. */
    private static ExperimentProgress stopping(int stopInRun, int stopBeforeTask) {
        return new ExperimentProgress() {
            @Override
            public RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft) {
                return new TinyRun.Recorder(number == stopInRun ? stopBeforeTask : -1);
            }

            @Override
            public void finished(List<MeasuredRun> soFar) {}
        };
    }

    @Test
    void goesOnWhereItsFolderWasMovedTo() throws IOException {
        List<PlannedRun> plan = List.of(
                planned(LearningMethod.LINEAR, 1993),
                planned(LearningMethod.TIES, 1993),
                planned(LearningMethod.DARE, 1993));
        Path first = temp.resolve("first");
        assertThatThrownBy(() -> new Experiment(first, plan).run(Map.of(), List.of(), stopping(3, 2)))
                .hasMessageContaining("stopped before task 2");
        Path second = Files.move(first, temp.resolve("second"));
        byte[] ties = Files.readAllBytes(second.resolve("ties-order1993/metrics.json"));
        List<MeasuredRun> moved = new Experiment(second, plan).run(Map.of(), List.of(), stopping(0, 0));
        assertThat(second.resolve("ties-order1993/metrics.json")).hasBinaryContent(ties);
        assertThat(moved.get(2).run().config().adapters()).contains(second.resolve("linear-order1993"));
        assertThat(moved.get(2).tasks().get(0).loss()).isNull();

        Path adapter = second.resolve("linear-order1993/adapters/001/adapter_model.safetensors");
        byte[] other = Files.readAllBytes(adapter);
        other[other.length - 1] ^= 1;
        Files.write(adapter, other);
        assertThatThrownBy(() -> new Experiment(second, plan).run(Map.of(), List.of(), stopping(0, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("ties-order1993", "took other adapters", "linear-order1993");
    }

    @Test
    void everyRunIsThereOnce() {
        PlannedRun run = planned(LearningMethod.HAM, 1993);
        assertThatThrownBy(() -> new Experiment(temp, List.of(run, run)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found ham of order 1993 twice");
    }

    @Test
    void theDeviationIsThatOfASample() {
        assertThat(Spread.of(List.of(1.0, 2.0, 4.5))).isEqualTo(new Spread(2.5, Math.sqrt(6.5 / 2), 3));
        assertThat(Spread.of(List.of(2.0))).isEqualTo(new Spread(2, Double.NaN, 1));
        assertThat(JsonFiles.tree(ExperimentRecord.Mean.of(Spread.of(List.of())))
                        .toString())
                .isEqualTo("{\"mean\":null,\"std\":null,\"count\":0}");
    }
}
