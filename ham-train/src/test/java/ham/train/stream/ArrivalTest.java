package ham.train.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivalTest {
    @Test
    void readsWhatItWrites() {
        for (Arrival arrival : List.of(Arrival.NATURAL, Arrival.of(1993), Arrival.of(List.of(2, 0, 1)))) {
            assertThat(Arrival.parse(arrival.optionName())).isEqualTo(arrival);
        }
    }

    @Test
    void givesTheOrder() {
        assertThat(Arrival.parse("natural").order(3)).containsExactly(0, 1, 2);
        assertThat(Arrival.parse("1993").order(100)).startsWith(68, 56, 78);
        assertThat(Arrival.parse("2,0,1").order(3)).containsExactly(2, 0, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "first", "1.5", "1,,2", "1, 2", "-1", "4294967296", "99999999999999999999"})
    void refusesOther(String text) {
        assertThatThrownBy(() -> Arrival.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("order: expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0,1", "0,1,1", "1,2,3", "0,1,2,3"})
    void refusesLabelsOfOtherClasses(String text) {
        assertThatThrownBy(() -> Arrival.parse(text).order(3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected each label from 0 to 2 once");
    }
}
