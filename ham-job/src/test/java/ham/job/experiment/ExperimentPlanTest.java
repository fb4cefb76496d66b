package ham.job.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.train.experiment.PlannedRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentPlanTest {
    private static Path testdata(String name) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(name);
    }

    private static ExperimentPlan.Builder plan() {
        return ExperimentPlan.builder()
                .setBase(testdata("backbone"))
                .setData(testdata("fashion-mnist"))
                .optTasks(2)
                .optOrders(List.of("1993", "natural"));
    }

    @Test
    void everyRunIsMadeWithEveryOrderAndSeed() {
        ExperimentPlan.Builder seeded =
                plan().optMethods(List.of("ham", "frozen")).optSeeds(List.of(3L, 4L));
        assertThat(seeded.build().runs().stream().map(PlannedRun::folder))
                .containsExactly(
                        "ham-order1993-seed3",
                        "frozen-order1993-seed3",
                        "ham-order1993-seed4",
                        "frozen-order1993-seed4",
                        "ham-ordernatural-seed3",
                        "frozen-ordernatural-seed3",
                        "ham-ordernatural-seed4",
                        "frozen-ordernatural-seed4");
        assertThat(seeded.build().runs().stream().map(run -> run.config().seed()))
                .containsExactly(3L, 3L, 4L, 4L, 3L, 3L, 4L, 4L);
        assertThat(seeded.optOrders(List.of("1993")).build().sanityRuns().stream()
                        .map(PlannedRun::folder))
                .containsExactly(
                        "alike-ham-order1993-seed3",
                        "alike-frozen-order1993-seed3",
                        "alike-ham-order1993-seed4",
                        "alike-frozen-order1993-seed4",
                        "dissimilar-ham-order1993-seed3",
                        "dissimilar-frozen-order1993-seed3",
                        "dissimilar-ham-order1993-seed4",
                        "dissimilar-frozen-order1993-seed4");
    }

    @Test
    void aSeedOfItsOwnIsRefusedBesideSeedsForAll() {
        ExperimentPlan.Builder own = plan().optMethods(List.of("ham")).optVariant("five:seed=5");
        assertThat(own.build().runs()).hasSize(4);
        assertThatThrownBy(() -> own.optSeeds(List.of(1L)).build())
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("seeds", "five");
        assertThatThrownBy(() -> plan().optValues("seed", List.of("1", "2"))
                        .optSeeds(List.of(3L))
                        .build())
                .hasMessageContaining("seed-1");
    }

    /** The experiment would overrule each value, and compare equal runs. */
    @ParameterizedTest
    @ValueSource(strings = {"order", "frozen", "base", "data", "tasks", "adapters", "nonsense"})
    void aParameterThatTheExperimentDecidesIsRefused(String parameter) {
        assertThatThrownBy(() -> plan().optValues(parameter, List.of("1", "2")))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("parameter", "'" + parameter + "'");
    }
}
