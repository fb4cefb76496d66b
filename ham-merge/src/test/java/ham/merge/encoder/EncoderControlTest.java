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

    /** Images of half the size and of half as much again, positions brought to it by the library that made the fixture. */
    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#sized")
    void computesImagesOfAnotherSizeAsTheLibraryDoes(EncoderFixture.Sized sized) {
        ControlForward forward = new ControlForward(sized.checkpoint(), Map.of());
        Map<String, ControlTensor> values = sized.values();
        Map<String, ControlTensor> inputs = Map.of(EncoderInput.PIXELS, values.remove(EncoderInput.PIXELS));
        assertThat(values).isNotEmpty();
        values.forEach((name, expected) -> {
            ControlTensor found = forward.output(name, inputs);
            assertThat(found.shape()).as(name).isEqualTo(expected.shape());
            assertThat(found.data())
                    .as(name)
                    .usingComparatorWithPrecision(TOLERANCE)
                    .containsExactly(expected.data());
        });
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
