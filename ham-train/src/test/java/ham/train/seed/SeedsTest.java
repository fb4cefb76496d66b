package ham.train.seed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeedsTest {
    @Test
    void everyPurposeAndIndexHasAStreamOfItsOwn() {
        Set<Long> firsts = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            for (String purpose : new String[] {"", "a", "b", "ab", "ba"}) {
                firsts.add(Seeds.random(seed, purpose).nextLong());
                for (int i = 0; i < 10; i++) {
                    firsts.add(Seeds.random(seed, purpose, i).nextLong());
                    firsts.add(Seeds.random(seed, purpose, i, 0).nextLong());
                    firsts.add(Seeds.random(seed, purpose, 0, i + 1).nextLong());
                }
            }
        }
        assertThat(firsts).hasSize(10 * 5 * (1 + 10 + 10 + 10));
    }

    @Test
    void aStreamIsFixedForEver() {
        assertThat(Seeds.random(1993, "lora", 0).nextInt()).isEqualTo(-1921280800);
    }

    @Test
    void shuffleIsAFairPermutation() {
        int[][] counts = new int[4][4];
        for (int seed = 0; seed < 4000; seed++) {
            int[] values = IntStream.range(0, 4).toArray();
            Seeds.shuffle(values, Seeds.random(seed, "shuffle"));
            assertThat(values).containsExactlyInAnyOrder(0, 1, 2, 3);
            for (int i = 0; i < 4; i++) {
                counts[i][values[i]]++;
            }
        }
        for (int[] row : counts) {
            for (int count : row) {
                assertThat(count).isBetween(850, 1150);
            }
        }
    }
}
