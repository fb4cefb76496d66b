package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.join.Importance;
import ham.merge.method.Laws;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergePlanTest {
    private static List<LoraAdapter> adapters(int count) {
        Random random = new Random(count);
        List<LoraAdapter> adapters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            adapters.add(Laws.random("a" + i, random, 2, 7, 6));
        }
        return adapters;
    }

    @ParameterizedTest
    @EnumSource(names = "REGMEAN", mode = EnumSource.Mode.EXCLUDE)
    void aPlanHasTheShapesOfItsMerge(MergeMethod method) {
        List<LoraAdapter> adapters = adapters(5);
        MergePlan plan = MergePlan.of(MergeSettings.of(method), adapters);
        PreparedMerge merge = PreparedMerge.of(
                MergeSettings.of(method),
                adapters,
                Importance.each(List.of(1.0, 1.0, 1.0, 1.0, 1.0)),
                List.of(),
                MergeProgress.SILENT);
        assertThat(plan.shapes()).isEqualTo(merge.shapes());
        assertThat(plan.grouping().isPresent()).isEqualTo(method == MergeMethod.HAM);
        assertThat(plan.deltaBytes()).isEqualTo(4 * 2 * 7 * 6);
        assertThat(plan.factorBytes())
                .isEqualTo(4L
                        * adapters.stream()
                                .flatMap(each -> each.factors().values().stream())
                                .mapToInt(each -> each.rank() * (7 + 6))
                                .sum());
    }

    @ParameterizedTest
    @EnumSource
    void moreAdaptersAreMoreWork(MergeMethod method) {
        MergePlan few = MergePlan.of(MergeSettings.of(method), adapters(5));
        MergePlan many = MergePlan.of(MergeSettings.of(method), adapters(50));
        assertThat(many.mergingOperations()).isGreaterThan(few.mergingOperations());
        assertThat(many.comparingOperations()).isGreaterThanOrEqualTo(few.comparingOperations());
        assertThat(many.entryVisits()).isGreaterThan(few.entryVisits());
        assertThat(many.workingBytes(2)).isGreaterThan(few.workingBytes(2));
    }

    @Test
    void manySmallAdaptersAreComparedInBlocks() {
        MergePlan plan = MergePlan.of(MergeSettings.of(MergeMethod.HAM), adapters(200));
        assertThat(plan.grouping().orElseThrow().allPairs()).isFalse();
        assertThat(plan.comparingOperations())
                .isEqualTo(plan.grouping().orElseThrow().denseOperations());
    }

    @Test
    void aRuleThatMatchesNothingIsRefused() {
        LayerRule rule = new LayerRule(
                Pattern.compile("decoder"),
                Optional.of(new BigDecimal("0.5")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        MergeSettings settings = new MergeChoices().layers(List.of(rule)).settings(MergeMethod.HAM);
        assertThatThrownBy(() -> MergePlan.of(settings, adapters(1)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'decoder'")
                .hasMessageContaining("layer.0.weight");
    }
}
