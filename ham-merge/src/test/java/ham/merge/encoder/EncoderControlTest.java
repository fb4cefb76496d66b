package ham.merge.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.control.ControlForward;
import ham.merge.encoder.control.ControlTensor;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The plain forward pass against what transformers and PEFT computed. */
class EncoderControlTest {
    private static final float TOLERANCE = 1e-4f;

    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#all")
    void computesWhatTransformersDoes(EncoderFixture fixture) {
        compare(fixture, new ControlForward(fixture.checkpoint(), Map.of()), fixture.baseOutputs());
    }

    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#all")
    void computesWhatPeftDoes(EncoderFixture fixture) {
        Checkpoint base = fixture.checkpoint();
        compare(fixture, new ControlForward(base, fixture.deltas(base)), fixture.adaptedOutputs());
    }

    private static void compare(EncoderFixture fixture, ControlForward forward, Map<String, ControlTensor> expected) {
        assertThat(fixture.checkpoint().encoder().outputs()).hasSameElementsAs(expected.keySet());
        expected.forEach((name, values) -> {
            ControlTensor found = forward.output(name, fixture.inputs());
            assertThat(found.shape()).as(name).isEqualTo(values.shape());
            assertThat(found.data())
                    .as(name)
                    .usingComparatorWithPrecision(TOLERANCE)
                    .containsExactly(values.data());
        });
    }
}
