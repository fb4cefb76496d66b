package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepMemoryTest {
    /** ViT-B/16 at 224 pixels keeps about 115 MB an image in bf16. */
    @ParameterizedTest(name = "{0} bytes an example, batch {1}, at most {2}: {3} at once")
    @CsvSource({
        "1000, 64, 64, 64",
        "115000000, 8, 8, 8",
        "115000000, 64, 64, 16",
        "115000000, 19, 19, 10",
        "3000000000, 64, 64, 1",
        "2147483648, 2, 2, 1",
        "1073741824, 2, 2, 2",
        "1000, 64, 16, 16",
        "1000, 70, 16, 14",
        "1000, 7, 16, 7"
    })
    void asManyAtOnceAsFit(long example, int batch, int together, int microBatch) {
        StepMemory memory = StepMemory.of(example, batch, together);
        assertThat(memory.microBatch()).isEqualTo(microBatch);
        assertThat(memory.bytes(batch)).isEqualTo(example * microBatch);
        assertThat(memory.bytes(1)).isEqualTo(example);
    }
}
