package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.combine.Combine;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdapterMergeTest {
    private static AdapterMerge merge(AdapterFolder... adapters) {
        return AdapterMerge.of(List.of(adapters), List.of(), HamParameters.DEFAULTS, Optional.empty());
    }

    @Test
    void plainPeftAdaptersAreIndependentWithImportanceOne() {
        AdapterMerge merge =
                AdapterMerge.of(Adapters.allPublished(), List.of(), HamParameters.DEFAULTS, Optional.empty());
        assertThat(merge.mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(merge.weights()).containsOnly(Importance.ONE).hasSize(6);
        assertThat(merge.merge().steps())
                .map(MergeStep::adapter)
                .startsWith("adapter0", "adapter1")
                .hasSize(6);
        assertThat(merge.baseSha256()).isEmpty();
        assertThat(merge.head()).isEmpty();
        assertThat(merge.warnings()).isEmpty();
    }

    @Test
    void theTypedImportanceBeatsTheRecordsWhichBeatsOne() {
        AdapterFolder recorded = Adapters.with(Adapters.published(0), Adapters.independent(0.3, Optional.empty()));
        assertThat(merge(recorded, Adapters.published(1)).weights()).isEqualTo(Importance.each(List.of(0.3, 1.0)));
        AdapterMerge typed = AdapterMerge.of(
                List.of(recorded, Adapters.published(1)),
                Importance.each(List.of(2.0, 0.5)),
                HamParameters.DEFAULTS,
                Optional.empty());
        assertThat(typed.merge().steps()).map(step -> step.alpha().mean()).containsExactly(2.0, 0.5);
    }

    @Test
    void anotherNumberOfImportancesThanAdaptersIsRefused() {
        assertThatThrownBy(() -> AdapterMerge.of(
                        List.of(Adapters.published(0), Adapters.published(1)),
                        Importance.each(List.of(1.0)),
                        HamParameters.DEFAULTS,
                        Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessage("alpha: expected one value an adapter, 2 in all, found 1");
        assertThatThrownBy(() -> merge())
                .isInstanceOf(InputException.class)
                .hasMessage("expected at least one adapter to merge, found none");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void anImportanceThatIsNotFiniteIsRefused(double alpha) {
        assertThatThrownBy(() -> AdapterMerge.of(
                        List.of(Adapters.published(0)),
                        Importance.each(List.of(alpha)),
                        HamParameters.DEFAULTS,
                        Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessage("adapter adapter0: expected finite importance scalars, found " + alpha);
    }

    @Test
    void aDeltaBeyondFloat32IsRefused() {
        AdapterMerge huge = AdapterMerge.of(
                List.of(Adapters.published(0)),
                Importance.each(List.of(1e40)),
                HamParameters.DEFAULTS,
                Optional.empty());
        assertThatThrownBy(() -> huge.merge().merged())
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("weight vit.encoder.layer.0.attention.attention.query.weight, adapter"
                        + " adapter0: expected a delta whose square is within float32, found a norm of up to ");
    }

    @Test
    void twoAdaptersOfOneNameAreRefused() {
        assertThatThrownBy(() -> merge(Adapters.published(0), Adapters.published(0)))
                .isInstanceOf(InputException.class)
                .hasMessage(Adapters.path("v4-names", 0)
                        + ": expected adapters of different names, found two called 'adapter0'; rename one folder");
    }

    @Test
    void adaptersOfTwoNamingSchemesNeedTheBase() {
        assertThatThrownBy(() -> merge(Adapters.published(0), Adapters.recent(1)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        Adapters.path("v5-names", 1) + ": names a layer 'vit.layers.0.attention.q_proj.weight' that is"
                                + " called 'vit.encoder.layer.0.attention.attention.query.weight' before; give the base"
                                + " too, whose names both then get");
    }

    @Test
    void tasksOfOneRunInOrderAreSequential() {
        AdapterFolder first = Adapters.with(Adapters.published(0), Adapters.sequential(0, 0.9, List.of()));
        AdapterFolder second = Adapters.with(Adapters.published(1), Adapters.sequential(1, 0.5, List.of(1.3)));
        AdapterMerge merge = merge(first, second);
        assertThat(merge.mode()).isEqualTo(MergeMode.SEQUENTIAL);
        assertThat(merge.warnings()).isEmpty();
        assertThat(merge.merge().steps().get(1).groupAlpha()).isCloseTo((1.3 + 0.5) / 2, within(1e-12));

        AdapterMerge other = AdapterMerge.of(
                List.of(first, second), Importance.each(List.of(5.0, 1.0)), HamParameters.DEFAULTS, Optional.empty());
        assertThat(other.mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(other.merge().steps().get(1).groupAlpha()).isEqualTo(3);
        assertThat(other.warnings()).singleElement().asString().contains("alpha replaces the scalars");
        assertThatThrownBy(() -> AdapterMerge.of(
                        List.of(first, second),
                        Importance.each(List.of(5.0, 1.0)),
                        HamParameters.DEFAULTS,
                        Optional.of(MergeMode.SEQUENTIAL)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "alpha: expected none, as a sequential merge takes the scalars that its run trained");

        AdapterMerge independent = AdapterMerge.of(
                List.of(first, second), List.of(), HamParameters.DEFAULTS, Optional.of(MergeMode.INDEPENDENT));
        assertThat(independent.mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(independent.merge().steps().get(1).groupAlpha()).isCloseTo((0.9 + 0.5) / 2, within(1e-12));
    }

    @Test
    void tasksOutOfOrderOrMixedAreIndependentWithAWarning() {
        AdapterFolder first = Adapters.with(Adapters.published(0), Adapters.sequential(0, 0.9, List.of()));
        AdapterFolder second = Adapters.with(Adapters.published(1), Adapters.sequential(1, 0.5, List.of(1.3)));
        for (AdapterMerge merge : List.of(merge(second, first), merge(first, Adapters.published(2)), merge(second))) {
            assertThat(merge.mode()).isEqualTo(MergeMode.INDEPENDENT);
            assertThat(merge.warnings()).singleElement().asString().contains("merged as if trained independently");
        }
    }

    /** Other methods than ham merge them alike, and say how they were trained. */
    @Test
    void theModeOfAMergeWithoutGroupsIsThatOfItsAdapters() {
        AdapterFolder first = Adapters.with(Adapters.published(0), Adapters.sequential(0, 0.9, List.of()));
        AdapterFolder second = Adapters.with(Adapters.published(1), Adapters.sequential(1, 0.5, List.of(1.3)));
        MergeSettings cat = MergeSettings.of(MergeMethod.CAT);
        AdapterMerge merge = AdapterMerge.of(
                List.of(second, first),
                List.of(Importance.of(0.5), Importance.of(2.0)),
                cat,
                Optional.empty(),
                MergeProgress.SILENT);
        assertThat(merge.mode()).isEqualTo(MergeMode.SEQUENTIAL);
        assertThat(merge.usesTrainedGroups()).isFalse();
        assertThat(merge.warnings()).isEmpty();
        AdapterMerge mixed = AdapterMerge.of(
                List.of(first, Adapters.published(1)), List.of(), cat, Optional.empty(), MergeProgress.SILENT);
        assertThat(mixed.mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThatThrownBy(() -> AdapterMerge.of(
                        List.of(first), List.of(), cat, Optional.of(MergeMode.SEQUENTIAL), MergeProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("mode: expected the method ham");
    }

    /** One adapter trained on and on has no groups beside it. */
    @Test
    void adaptersThatWereTrainedOnAreMergedByHamAsIfTrainedAlone() {
        AdapterFolder first = Adapters.with(Adapters.published(0), Adapters.sequential(0, 1, List.of()));
        AdapterFolder second = Adapters.with(Adapters.published(1), Adapters.sequential(1, 1, List.of()));
        AdapterMerge merge = merge(first, second);
        assertThat(merge.mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(merge.warnings()).singleElement().asString().contains("one beside or after the other");
    }

    @Test
    void aSequentialRunWithOtherParametersThanItsOwnIsRefused() {
        AdapterFolder first = Adapters.with(Adapters.published(0), Adapters.sequential(0, 1, List.of()));
        AdapterFolder second = Adapters.with(Adapters.published(3), Adapters.sequential(1, 1, List.of(1.0)));
        AdapterFolder third = Adapters.with(Adapters.published(1), Adapters.sequential(2, 1, List.of(1.0, 1.0)));
        assertThat(merge(first, second, third).merge().groups()).hasSize(2);
        HamParameters one = new HamParameters(new BigDecimal("0.6"), 0.1, 1, Join.MEAN, Combine.SUM);
        assertThatThrownBy(() -> AdapterMerge.check(
                        List.of(first, second, third), List.of(), MergeSettings.ham(one), Optional.empty()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapter adapter1 was trained beside 2 groups")
                .hasMessageContaining("has 1 before it");
    }

    @Test
    void theCommonBaseIsKeptAndDifferentBasesAreRefused() {
        AdapterFolder silent = Adapters.published(0);
        AdapterFolder one = Adapters.with(Adapters.published(1), Adapters.independent(1, Optional.of("abc")));
        AdapterFolder same = Adapters.with(Adapters.published(2), Adapters.independent(1, Optional.of("abc")));
        AdapterFolder other = Adapters.with(Adapters.published(3), Adapters.independent(1, Optional.of("def")));
        assertThat(merge(silent, one, same).baseSha256()).hasValue("abc");
        assertThatThrownBy(() -> merge(one, silent, other))
                .isInstanceOf(InputException.class)
                .hasMessage(other.path()
                        + ": was trained on another base than the adapters before it: expected hash abc, found def");
    }

    @Test
    void headsAreJoinedInTheOrderOfTheAdapters() {
        AdapterMerge merge = merge(
                Adapters.with(Adapters.published(1), Adapters.head("c")),
                Adapters.with(Adapters.published(0), Adapters.head("a", "b")));
        assertThat(merge.head().orElseThrow().classes()).containsExactly("c", "a", "b");
        assertThat(merge.warnings()).isEmpty();
    }

    @Test
    void headsThatCannotBeJoinedAreLeftOutWithAWarning() {
        AdapterMerge missing = merge(Adapters.with(Adapters.published(0), Adapters.head("a")), Adapters.published(1));
        assertThat(missing.head()).isEmpty();
        assertThat(missing.warnings()).singleElement().asString().startsWith("only 1 of 2 adapters have a head");
        AdapterMerge clash = merge(
                Adapters.with(Adapters.published(0), Adapters.head("a")),
                Adapters.with(Adapters.published(1), Adapters.head("b", "a")));
        assertThat(clash.head()).isEmpty();
        assertThat(clash.warnings())
                .singleElement()
                .asString()
                .contains("the heads do not fit together (class 'a' is in two heads)");
    }
}
