package ham.runtime.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ShortBuffer;
import org.junit.jupiter.api.Test;

class HalvesTest {
    /** Every float16 comes back, and what lies between two goes to the nearer, the even one where both are as near. */
    @Test
    void roundsToTheNearest() {
        short[] all = new short[0x7c00];
        for (int i = 0; i < all.length; i++) {
            all[i] = (short) i;
        }
        float[] values = new float[all.length];
        Halves.widenFloat16(ShortBuffer.wrap(all), values);
        for (int i = 0; i < all.length; i++) {
            assertThat(Halves.of(values[i])).isEqualTo((short) i);
            assertThat(Halves.of(-values[i])).isEqualTo((short) (i | 0x8000));
            if (i + 1 < all.length) {
                float middle = (float) ((values[i] + (double) values[i + 1]) / 2);
                assertThat(Halves.of(middle)).isEqualTo((short) (i + (i & 1)));
                assertThat(Halves.of(Math.nextUp(middle))).isEqualTo((short) (i + 1));
                assertThat(Halves.of(Math.nextDown(middle))).isEqualTo((short) i);
            }
        }
        assertThat(Halves.of(65520)).isEqualTo((short) 0x7c00);
        assertThat(Halves.of(Float.NaN)).isEqualTo((short) 0x7e00);
    }
}
