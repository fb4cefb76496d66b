package ham.export.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParityReportTest {

    private static final ParityInputs TWO_IMAGES = new ParityInputs("2 images", 2, new float[2]);

    @Test
    void equalLogitsPass() {
        float[] logits = {1, 2, 3, 11, 5, 6};
        ParityReport report = compare(logits, logits.clone());
        assertThat(report.passed()).isTrue();
        assertThat(report.maxAbs()).isZero();
        assertThat(report.range()).isEqualTo(10);
        assertThat(report.tolerance()).isEqualTo(1e-2);
        assertThat(report.top1()).isEqualTo(1);
        assertThat(report.classes()).isEqualTo(3);
    }

    @Test
    void theLargestDifferenceDecides() {
        float[] reference = {0, 2, 3, 10, 5, 6};
        assertThat(compare(new float[] {0, 2, 3.009f, 10, 5, 6}, reference).passed())
                .isTrue();
        ParityReport failed = compare(new float[] {0, 2, 3.02f, 10, 5.011f, 6}, reference);
        assertThat(failed.passed()).isFalse();
        assertThat(failed.maxAbs()).isCloseTo(0.02, within(1e-6));
        assertThat(failed.text())
                .isEqualTo(
                        "parity FAILED on 2 images: largest difference of logits from the baked model 2.00e-02"
                                + " (factored 2.00e-02), allowed 1.00e-02 (0.001 of the range 10.000), top-1 agreement 100.0 %");
    }

    @Test
    void everyFormCounts() {
        float[] reference = {0, 1, 2, 10, 5, 6};
        ParityReport report = ParityReport.compare(
                TWO_IMAGES,
                reference,
                Map.of(ParityReport.FACTORED, reference, ParityReport.ENGINE, new float[] {0, 1, 2, 10, 12, 6}));
        assertThat(report.differences()).containsEntry("factored", 0.0).containsEntry("engine", 7.0);
        assertThat(report.passed()).isFalse();
        assertThat(report.range()).isEqualTo(10);
        assertThat(report.top1()).isEqualTo(0.5);
    }

    @Test
    void ofEqualLogitsTheFirstClassIsTheTopOne() {
        float[] tied = {5, 5, 0, 1, 0, 0};
        assertThat(compare(tied, tied.clone()).top1()).isEqualTo(1);
        assertThat(compare(tied, new float[] {5, 5.001f, 0, 1, 0, 0}).top1()).isEqualTo(0.5);
        assertThat(compare(tied, new float[] {5.001f, 5, 0, 1, 0, 0}).top1()).isEqualTo(1);
    }

    @Test
    void withoutRangeOnlyEqualLogitsPass() {
        float[] flat = {3, 3, 3, 3, 3, 3};
        assertThat(compare(flat, flat.clone()).passed()).isTrue();
        assertThat(compare(new float[] {3, 3, 3, 3, 3, 3.0001f}, flat).passed()).isFalse();
    }

    @Test
    void aControlShowsWhatAMissingDeltaWouldHaveCost() throws JsonProcessingException {
        float[] factored = {0, 2, 3, 10, 5, 6};
        float[] baked = {0, 2, 3.00001f, 10, 5, 6};
        ParityReport report = compare(baked, factored).controlled(baked, factored, new float[] {0, 2.5f, 3, 10, 5, 6});
        assertThat(report.passed()).isTrue();
        assertThat(report.withoutDelta()).isEqualTo(0.5);
        assertThat(report.text()).contains("(factored 1.00e-05; without the delta 5.00e-01)");
        assertThat(report.note()).isEmpty();
        JsonMapper json = JsonMapper.builder().build();
        assertThat(json.readTree(json.writeValueAsString(report))
                        .get("without_delta")
                        .asDouble())
                .isEqualTo(0.5);
    }

    /** The whole delta moves the logits by less than the tolerance, so that only the control sees that it is missing. */
    @Test
    void aDeltaThatIsLeftOutFailsWithinTheTolerance() {
        float[] factored = {0, 2, 3, 10, 5, 6};
        float[] bare = {0, 2, 3.005f, 10, 5, 6};
        ParityReport blind = compare(bare, factored);
        assertThat(blind.passed()).isTrue();
        ParityReport report = blind.controlled(bare, factored, bare);
        assertThat(report.passed()).isFalse();
        assertThat(report.text()).startsWith("parity FAILED").endsWith("nearer to the one without the delta");
    }

    @Test
    void aDeltaThatDoesNextToNothingIsSaidToBeInvisible() {
        float[] factored = {0, 2, 3, 10, 5, 6};
        float[] bare = {0, 2, 3.00001f, 10, 5, 6};
        ParityReport report = compare(bare, factored).controlled(bare, factored, bare);
        assertThat(report.passed()).isTrue();
        assertThat(report.note()).contains("cannot tell");
        assertThat(compare(factored, factored)
                        .noting("first")
                        .controlled(factored, factored, factored)
                        .passed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteFails(float broken) throws JsonProcessingException {
        float[] finite = {1, 2, 3, 4, 5, 6};
        float[] other = {1, 2, 3, broken, 5, 6};
        assertThat(compare(other, finite).passed()).isFalse();
        assertThat(compare(finite, other).passed()).isFalse();
        assertThat(compare(other, other.clone()).passed()).isFalse();
        assertThat(compare(finite, other).text()).startsWith("parity FAILED");
        JsonMapper json = JsonMapper.builder().build();
        assertThat(json.readTree(json.writeValueAsString(compare(other, finite)))
                        .get("passed")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void isARecordInJson() {
        float[] logits = {1, 2, 3, 4, 5, 6};
        JsonNode json = JsonMapper.builder().build().valueToTree(compare(logits, logits));
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("passed", "max_abs", "top1", "tolerance", "range", "inputs", "samples", "differences");
        ParityReport bounded = ParityReport.compareTop1(TWO_IMAGES, logits, Map.of(ParityReport.FACTORED, logits));
        assertThat(JsonMapper.builder().build().valueToTree(bounded).has("tolerance"))
                .isFalse();
    }

    /** The one number of an image is always the largest of its row. */
    @Test
    void oneLogitIsBounded() {
        ParityInputs images = new ParityInputs("4 images", 4, new float[4]);
        float[] reference = {0, 1, 2, 10};
        assertThat(ParityReport.compareTop1(
                                images, new float[] {0, 1.9f, 2, 10}, Map.of(ParityReport.FACTORED, reference))
                        .passed())
                .isTrue();
        ParityReport off =
                ParityReport.compareTop1(images, new float[] {0, 1, 8, 10}, Map.of(ParityReport.FACTORED, reference));
        assertThat(off.passed()).isFalse();
        assertThat(off.tolerance()).isEqualTo(1);
    }

    @Test
    void formsMustHaveTheSameNumberOfLogits() {
        assertThatThrownBy(() -> compare(new float[6], new float[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("factored: expected 6 logits, as the baked form has, found 4");
    }

    private static ParityReport compare(float[] baked, float[] factored) {
        return ParityReport.compare(TWO_IMAGES, baked, Map.of(ParityReport.FACTORED, factored));
    }
}
