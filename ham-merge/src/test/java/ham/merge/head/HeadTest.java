package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadTest {
    private static final Offset<Float> EXACT = within(1e-6f);

    @Test
    void linearIsTheProductAndTheBias() {
        LinearHead head = new LinearHead(new Matrix(2, 3, new float[] {1, 0, -1, 2, 3, 4}), new float[] {10, -0.5f});
        assertThat(head.logits(new float[] {1, 2, 3, 0, 0, 0})).containsExactly(8, 19.5f, 10, -0.5f);
        assertThat(head.classes()).isEqualTo(2);
        assertThat(head.features()).isEqualTo(3);
        assertThat(head.kind()).isEqualTo(HeadKind.LINEAR);
    }

    @Test
    void prototypeIsTheCosine() {
        PrototypeHead head = new PrototypeHead(new Matrix(3, 2, new float[] {2, 0, 3, 4, 0, 0}));
        assertThat(head.logits(new float[] {3, 4, -5, 0, 0, 0}))
                .containsExactly(new float[] {0.6f, 1, 0, -1, -0.6f, 0, 0, 0, 0}, EXACT);
        assertThat(head.unitWeight().data()).containsExactly(new float[] {1, 0, 0.6f, 0.8f, 0, 0}, EXACT);
        assertThat(head.weight().data()).containsExactly(2, 0, 3, 4, 0, 0);
        assertThat(head.classes()).isEqualTo(3);
        assertThat(head.features()).isEqualTo(2);
        assertThat(head.kind()).isEqualTo(HeadKind.PROTOTYPE);
    }

    @Test
    void prototypeDoesNotDependOnTheLengthOfTheFeatures() {
        PrototypeHead head = new PrototypeHead(new Matrix(2, 2, new float[] {1, 2, -3, 1}));
        assertThat(head.logits(new float[] {700, 100})).containsExactly(head.logits(new float[] {7, 1}), EXACT);
    }

    @Test
    void analyticIsTheRectifiedProjectionTimesTheWeights() {
        Matrix projection = new Matrix(2, 3, new float[] {1, -1, 2, 0, 1, 1});
        AnalyticHead head = new AnalyticHead(projection, new Matrix(2, 3, new float[] {1, 10, 100, -1, 0, 0.5f}));
        // f P = (1, 1, 4) and (-1, 1, -2), rectified (0, 1, 0).
        assertThat(head.logits(new float[] {1, 2, -1, 0})).containsExactly(411, 1, 10, 0);
        assertThat(head.classes()).isEqualTo(2);
        assertThat(head.features()).isEqualTo(2);
        assertThat(head.kind()).isEqualTo(HeadKind.ANALYTIC);
    }

    static Stream<Head> heads() {
        return Stream.of(
                new LinearHead(Matrix.zeros(2, 3), new float[2]),
                new PrototypeHead(Matrix.zeros(2, 3)),
                new AnalyticHead(Matrix.zeros(3, 5), Matrix.zeros(2, 5)));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void featuresOfAnotherWidthAreRefused(Head head) {
        assertThat(head.logits(new float[0])).isEmpty();
        assertThat(head.logits(new float[9])).hasSize(6);
        assertThatThrownBy(() -> head.logits(new float[4])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new LinearHead(Matrix.zeros(2, 3), new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 2 biases, found 3");
        assertThatThrownBy(() -> new AnalyticHead(Matrix.zeros(3, 5), Matrix.zeros(2, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected weights of width 5, found 4");
        assertThatThrownBy(() -> new NamedHead(new PrototypeHead(Matrix.zeros(2, 3)), List.of("a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected 2 class names, found 1");
    }
}
