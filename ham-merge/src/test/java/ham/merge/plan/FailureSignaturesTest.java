package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.method.Laws;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FailureSignaturesTest {
    private static List<String> seen(int adapters, int side, double tau, int groups, List<List<Double>> trained) {
        Random random = new Random(3);
        List<LoraAdapter> all = new ArrayList<>();
        List<Double> alphas = new ArrayList<>();
        for (int i = 0; i < adapters; i++) {
            all.add(Laws.random("a" + i, random, 1, side, side));
            alphas.add(1.0);
        }
        HamParameters parameters = new HamParameters(BigDecimal.ONE, tau, groups, Join.MEAN, Combine.SUM);
        return FailureSignatures.of(PreparedMerge.of(
                MergeSettings.ham(parameters),
                all,
                Importance.each(alphas),
                trained.stream().map(Importance::each).toList(),
                MergeProgress.SILENT));
    }

    @Test
    void everyAdapterInAGroupOfItsOwnIsRankExplosion() {
        assertThat(seen(4, 40, 1.0, 5, List.of())).singleElement().asString().contains("rank explosion", "4 adapters");
        assertThat(seen(3, 40, 1.0, 5, List.of())).isEmpty();
        assertThat(seen(4, 40, 1.0, 4, List.of())).isEmpty();
        assertThat(seen(4, 40, -1.0, 5, List.of())).isEmpty();
    }

    @Test
    void aGroupOfFullRankIsRankExplosion() {
        assertThat(seen(10, 8, -1.0, 5, List.of()))
                .singleElement()
                .asString()
                .contains("rank explosion", "group 0", "1 of 1 weights");
    }

    @Test
    void aScalarThatFellBelowHalfIsRigidification() {
        assertThat(seen(2, 40, 1.0, 5, List.of(List.of(), List.of(0.49))))
                .singleElement()
                .asString()
                .contains("rigidification", "group 0", "from 1.00", "to 0.49");
        assertThat(seen(2, 40, 1.0, 5, List.of(List.of(), List.of(0.5)))).isEmpty();
    }

    @Test
    void otherMethodsHaveNoGroupsToFail() {
        LoraAdapter adapter = Laws.random("a", new Random(1), 1, 2, 2);
        assertThat(FailureSignatures.of(PreparedMerge.of(
                        MergeSettings.of(MergeMethod.CAT),
                        List.of(adapter),
                        List.of(Importance.ONE),
                        List.of(),
                        MergeProgress.SILENT)))
                .isEmpty();
    }
}
