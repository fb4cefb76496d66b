package ham.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import org.junit.jupiter.api.Test;

class FormatAccuracyTest {
    @Test
    void aLossIsSaidLoudly() {
        NumberFormat int8 = NumberFormat.of(Precision.INT8, Flavor.STANDARD);
        FormatAccuracy worse = new FormatAccuracy(1000, 0.9, 0.89, 0.97);
        String warning = worse.warning(int8, 0).orElseThrow();
        assertThat(warning)
                .startsWith(
                        "int8 dynamic loses 1.0 points of accuracy against fp32 (90.0 % -> 89.0 % on 1000 test images)")
                .contains("calibration")
                .doesNotContain("tokens");
        assertThat(worse.record(int8, 0).warning()).isEqualTo(warning);
        assertThat(worse.warning(NumberFormat.PLAIN, 8).orElseThrow())
                .startsWith("fp32 with merged tokens (8 a block) loses 1.0 points")
                .endsWith("; fewer merged tokens may help");
        assertThat(new FormatAccuracy(1000, 0.9, 0.896, 0.97).warning(int8, 0)).isEmpty();
        assertThat(new FormatAccuracy(1000, 0.9, 0.92, 0.97).warning(int8, 8)).isEmpty();
    }
}
