package ham.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArgMaxTest {
    @Test
    void isTheLowestIndexOfTheLargest() {
        assertThat(ArgMax.of(1, 3, 2, 3)).isEqualTo(1);
        assertThat(ArgMax.of(new float[] {9, 1, 2, 3, 9}, 1, 3)).isEqualTo(2);
    }

    @Test
    void isNeverANumberThatIsNone() {
        assertThat(ArgMax.of(Float.NaN, -1, Float.NaN)).isEqualTo(1);
        assertThat(ArgMax.of(Float.NaN)).isEqualTo(0);
    }
}
