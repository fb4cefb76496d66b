package ham.job.tune;

import static org.assertj.core.api.Assertions.assertThat;

import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static final Map<String, String> TOP_K = Map.of("ham.output", "top-k");

    private static Map<String, Tensor> topK(float[] probabilities, long... indices) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        outputs.put("top_probabilities", Tensor.of(probabilities, 1, 2));
        outputs.put("top_indices", Tensor.of(indices, 1, 2));
        return outputs;
    }

    private static Map<String, Tensor> one(String name, float[] values, long... shape) {
        return Map.of(name, Tensor.of(values, shape));
    }

    private static double agreement(
            Map<String, String> metadata, Map<String, Tensor> wanted, Map<String, Tensor> found, boolean sameClasses) {
        List<TensorSpec> specs = new ArrayList<>();
        wanted.forEach(
                (name, value) -> specs.add(new TensorSpec(name, value.type().label(), value.shape(), List.of())));
        return new Answers(specs, metadata, List.of(wanted)).agreement(List.of(found), sameClasses);
    }

    /** The best probability is always the first. */
    @Test
    void theBestClassesAreCompared() {
        Map<String, Tensor> plain = topK(new float[] {0.6f, 0.4f}, 3, 1);
        assertThat(agreement(TOP_K, plain, topK(new float[] {0.7f, 0.3f}, 3, 2), true))
                .isEqualTo(1);
        assertThat(agreement(TOP_K, plain, topK(new float[] {0.6f, 0.4f}, 1, 3), true))
                .isZero();
    }

    /** The one number of a row is always the largest. */
    @Test
    void oneLogitIsBounded() {
        List<TensorSpec> specs = List.of(new TensorSpec("logits", "float32", List.of(-1L, 1L), List.of("batch", "")));
        Answers answers = new Answers(
                specs, Map.of(), List.of(one("logits", new float[] {0}, 1, 1), one("logits", new float[] {10}, 1, 1)));
        assertThat(answers.agreement(
                        List.of(one("logits", new float[] {0.9f}, 1, 1), one("logits", new float[] {3}, 1, 1)), true))
                .isEqualTo(0.5);
    }

    @Test
    void unitsOfAnEncoderAreNoClasses() {
        Map<String, Tensor> plain = one("last_hidden_state", new float[] {1, 0, -9, 5}, 1, 2, 2);
        assertThat(agreement(Map.of(), plain, one("last_hidden_state", new float[] {1, 0.9f, -9, 4}, 1, 2, 2), true))
                .isEqualTo(1);
        assertThat(agreement(Map.of(), plain, one("last_hidden_state", new float[] {9, 0, -9, 50}, 1, 2, 2), true))
                .isZero();
    }

    @Test
    void theNamedOutputHoldsTheClasses() {
        Map<String, Tensor> plain = new LinkedHashMap<>(one("features", new float[] {1, 2}, 1, 2));
        plain.put("scores", Tensor.of(new float[] {1, 2}, 1, 2));
        Map<String, Tensor> other = new LinkedHashMap<>(one("features", new float[] {2, 1}, 1, 2));
        other.put("scores", Tensor.of(new float[] {0, 9}, 1, 2));
        assertThat(agreement(Map.of("ham.logits", "scores"), plain, other, true))
                .isEqualTo(1);
        assertThat(agreement(Map.of("ham.labels", "[]"), plain, other, true)).isZero();
        assertThat(agreement(Map.of("ham.logits", "scores"), plain, other, false))
                .isZero();
    }

    @Test
    void floatsOfSixteenBitsAreCompared() {
        Map<String, Tensor> plain = halves(0x3c00, 0x4000); // 1, 2
        assertThat(agreement(Map.of(), plain, halves(0x3c01, 0x4000), false)).isEqualTo(1);
        assertThat(agreement(Map.of(), plain, halves(0x4000, 0x3c00), false)).isZero();
        assertThat(agreement(Map.of(), plain, halves(0x4000, 0x3c00), true)).isZero();
    }

    private static Map<String, Tensor> halves(int... bits) {
        ByteBuffer data = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int each : bits) {
            data.putShort((short) each);
        }
        return Map.of("logits", new Tensor(ElementType.FLOAT16, List.of(1L, (long) bits.length), data.flip()));
    }

    @Test
    void wholeNumbersAreComparedWhereThereIsNothingElse() {
        Map<String, Tensor> plain = Map.of("label", Tensor.of(new long[] {1, 2}, 2));
        assertThat(agreement(Map.of(), plain, Map.of("label", Tensor.of(new long[] {1, 3}, 2)), false))
                .isEqualTo(0.5);
    }

    /** Probabilities of many classes are small, and so is what they may differ by. */
    @Test
    void smallValuesAreComparedAsCloselyAsLargeOnes() {
        Map<String, Tensor> plain = one("probabilities", new float[] {0.002f, 0.001f}, 1, 2);
        assertThat(agreement(Map.of(), plain, one("probabilities", new float[] {0.001f, 0.002f}, 1, 2), false))
                .isZero();
        assertThat(agreement(Map.of(), plain, one("probabilities", new float[] {Float.NaN, 0.001f}, 1, 2), false))
                .isZero();
    }

    @Test
    void anotherShapeOrNoOutputDisagrees() {
        Map<String, Tensor> plain = one("logits", new float[] {1, 2}, 1, 2);
        assertThat(agreement(Map.of(), plain, one("logits", new float[] {1, 2}, 2, 1), true))
                .isZero();
        assertThat(agreement(Map.of(), plain, Map.of(), true)).isZero();
    }
}
