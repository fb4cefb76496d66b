package ham.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScaleTest {
    private static List<String> labels(Axis axis, double... values) {
        return Scale.of(axis, DoubleStream.of(values), 5).ticks().stream()
                .map(Tick::label)
                .toList();
    }

    @Test
    void marksAreRoundNumbers() {
        assertThat(labels(Axis.of("x"), 0, 1)).containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
        assertThat(labels(Axis.of("x"), 0.981, 1.02)).containsExactly("0.98", "0.99", "1.00", "1.01", "1.02");
        assertThat(labels(Axis.of("x").as(Axis.Form.FROM_ZERO), 90, 100))
                .containsExactly("0", "20", "40", "60", "80", "100");
        assertThat(labels(Axis.of("x").in(Unit.FRACTION), 0.1, 0.45)).containsExactly("10", "20", "30", "40", "50");
        assertThat(labels(Axis.of("x").as(Axis.Form.LOGARITHMIC), 4, 800))
                .containsExactly("3", "10", "30", "100", "300", "1000");
        assertThat(labels(Axis.count("task"), 1, 50)).containsExactly("1", "10", "20", "30", "40", "50");
        assertThat(labels(Axis.count("task"), 1, 3)).containsExactly("1", "2", "3");
    }

    @Test
    void oneValueOrNoneStillHasAnAxis() {
        for (Axis.Form form : Axis.Form.values()) {
            Axis axis = Axis.of("x").as(form);
            assertThat(labels(axis)).isNotEmpty();
            for (double value : new double[] {1e-12, 1, 7, 1e12}) {
                Scale scale = Scale.of(axis, DoubleStream.of(value), 5);
                assertThat(scale.at(value)).as(form + " " + value).isBetween(0.0, 1.0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyValueHasAPlaceInOrderAndMarksAreFewAndDistinct(Axis.Form form) {
        Random random = new Random(17);
        for (int trial = 0; trial < 2000; trial++) {
            double size = Math.pow(10, random.nextInt(16) - 8);
            double centre = form == Axis.Form.LOGARITHMIC ? 0 : size * random.nextGaussian() * (trial % 3);
            double[] values = random.doubles(1 + random.nextInt(5), centre + 1e-3 * size, centre + size)
                    .sorted()
                    .toArray();
            Scale scale = Scale.of(Axis.of("x").as(form), DoubleStream.of(values), 6);
            double before = -1e-6;
            for (double value : values) {
                assertThat(scale.at(value)).as("%s of %s", form, values).isBetween(before, 1 + 1e-6);
                before = scale.at(value);
            }
            assertThat(scale.ticks()).as("%s of %s", form, values).hasSizeBetween(1, 14);
            assertThat(scale.ticks().stream().map(Tick::label))
                    .as("%s of %s", form, values)
                    .doesNotHaveDuplicates();
            assertThat(scale.ticks())
                    .allSatisfy(tick -> assertThat(scale.at(tick.value())).isBetween(-1e-6, 1 + 1e-6));
        }
    }
}
