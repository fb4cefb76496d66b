package ham.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FormatAccuracyTest {
    @Test
    void aLossIsSaidLoudly() {
        FormatAccuracy worse = new FormatAccuracy(1000, 0.9, 0.89, 0.97);
        assertThat(worse.warning("int8 dynamic").orElseThrow())
                .contains(
                        "int8 dynamic loses 1.0 points of accuracy against fp32 (90.0 % -> 89.0 % on 1000 test images)");
        assertThat(worse.record("int8 dynamic").warning()).isNotNull();
        assertThat(new FormatAccuracy(1000, 0.9, 0.896, 0.97).warning("int8")).isEmpty();
        assertThat(new FormatAccuracy(1000, 0.9, 0.92, 0.97).warning("int8")).isEmpty();
    }
}
