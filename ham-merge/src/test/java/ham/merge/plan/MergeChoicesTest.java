package ham.merge.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.join.Join;
import ham.merge.method.SignRule;
import ham.merge.space.MergeSpace;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeChoicesTest {
    private static MergeChoices one(MergeParameter<?> parameter) {
        MergeChoices choices = new MergeChoices();
        return switch (parameter.name()) {
            case "keep" -> choices.put(MergeParameter.KEEP, BigDecimal.ONE);
            case "tau" -> choices.put(MergeParameter.TAU, 0.5);
            case "groups" -> choices.put(MergeParameter.GROUPS, 2);
            case "join" -> choices.put(MergeParameter.JOIN, Join.FOLD);
            case "combine" -> choices.put(MergeParameter.COMBINE, Combine.MEAN);
            case "similarity" -> choices.put(MergeParameter.SIMILARITY, Measure.LAYER_COSINE);
            case "density" -> choices.put(MergeParameter.DENSITY, BigDecimal.ONE);
            case "scale" -> choices.put(MergeParameter.SCALE, 2.0);
            case "sign" -> choices.put(MergeParameter.SIGN, SignRule.FREQUENCY);
            case "seed" -> choices.put(MergeParameter.SEED, 7L);
            case "outliers" -> choices.put(MergeParameter.OUTLIERS, new BigDecimal("0.2"));
            case "window" -> choices.put(MergeParameter.WINDOW, new BigDecimal("0.1"));
            case "common" -> choices.put(MergeParameter.COMMON, BigDecimal.ONE);
            case "leading" -> choices.put(MergeParameter.LEADING, BigDecimal.ONE);
            case "space" -> choices.put(MergeParameter.SPACE, MergeSpace.CORE);
            default -> choices.put(MergeParameter.RANK, 3);
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatAMethodUsesChangesItsSettingsAndTheRestIsRefused(MergeMethod method) {
        for (MergeParameter<?> parameter : MergeParameter.all()) {
            if (parameter.methods().contains(method)) {
                assertThat(one(parameter).settings(method)).as(parameter.name()).isNotEqualTo(MergeSettings.of(method));
            } else {
                assertThatThrownBy(() -> one(parameter).settings(method))
                        .isInstanceOf(InputException.class)
                        .hasMessageStartingWith(
                                parameter.name() + ": expected a parameter of the method " + method.optionName());
            }
        }
        assertThat(new MergeChoices().settings(method)).isEqualTo(MergeSettings.of(method));
    }

    @Test
    void strongerChoicesWin() {
        MergeChoices both = new MergeChoices()
                .put(MergeParameter.TAU, 0.5)
                .over(new MergeChoices().put(MergeParameter.TAU, 0.25).put(MergeParameter.GROUPS, 2));
        assertThat(both.settings(MergeMethod.HAM).ham().tau()).isEqualTo(0.5);
        assertThat(both.settings(MergeMethod.HAM).ham().maxGroups()).isEqualTo(2);
    }

    @Test
    void layersMayNotSayWhatTheMethodDoesNotUse() {
        LayerRule rule = new LayerRule(
                Pattern.compile("x"), Optional.empty(), Optional.empty(), Optional.of(2), Optional.empty());
        MergeChoices choices = new MergeChoices().layers(List.of(rule));
        assertThat(choices.settings(MergeMethod.SVD).rank("x")).isEqualTo(2);
        assertThatThrownBy(() -> choices.settings(MergeMethod.HAM))
                .hasMessageStartingWith("layer: 'x', rank: expected");
    }
}
