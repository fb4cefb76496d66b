package ham.runtime.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswerTest {
    @Test
    void ranksHugeLogitsWithoutOverflow() {
        List<Prediction> predictions =
                logits(3e38f, Float.NEGATIVE_INFINITY, 3e38f).top(3);

        assertThat(predictions).extracting(Prediction::index).containsExactly(0, 2, 1);
        assertThat(predictions).extracting(Prediction::probability).containsExactly(0.5, 0.5, 0.0);
    }

    @Test
    void refusesNumbersThatAreNone() {
        assertThatThrownBy(() -> logits(1, Float.NaN).top(1))
                .isInstanceOf(ModelException.class)
                .hasMessage("m.onnx: expected finite logits, found NaN.");
        assertThatThrownBy(() -> logits(Float.POSITIVE_INFINITY).top(1)).isInstanceOf(ModelException.class);
        assertThatThrownBy(() -> probabilities(0.5f, Float.NaN).top(1))
                .isInstanceOf(ModelException.class)
                .hasMessage("m.onnx: expected finite probabilities, found NaN.");
        assertThatThrownBy(() -> topK(new long[] {0, 4}, 0.5f, 0.5f).top(1))
                .isInstanceOf(ModelException.class)
                .hasMessage("m.onnx: expected numbers of classes below 4, found 4.");
    }

    /** Against sorting all classes by their logits, equal ones in the order of their numbers. */
    @Test
    void ranksAsSortingDoes() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int classes = 1 + random.nextInt(40);
            float[] logits = new float[classes];
            for (int i = 0; i < classes; i++) {
                logits[i] = random.nextInt(9) - 4;
            }
            int k = 1 + random.nextInt(45);
            List<Integer> sorted = IntStream.range(0, classes)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -logits[i]))
                    .limit(k)
                    .toList();

            List<Prediction> found = logits(logits).top(k);

            assertThat(found).extracting(Prediction::index).isEqualTo(sorted);
            if (k >= classes) {
                assertThat(found.stream().mapToDouble(Prediction::probability).sum())
                        .isCloseTo(1, within(1e-9));
            }
        }
    }

    @Test
    void leavesOutClassesWhoseProbabilityIsZeroOrNotTold() {
        assertThat(probabilities(0, 0.25f, 0.75f).top(3))
                .containsExactly(
                        new Prediction(2, "2", 0.75, (float) Math.log(0.75)),
                        new Prediction(1, "1", 0.25, (float) Math.log(0.25)));
        assertThat(topK(new long[] {3, 1}, 0.75f, 0.25f).top(5))
                .extracting(Prediction::index)
                .containsExactly(3, 1);
        assertThat(topK(new long[] {3, 1}, 0.75f, 0.25f).row())
                .containsExactly(AnswerForm.LEAST, (float) Math.log(0.25), AnswerForm.LEAST, (float) Math.log(0.75));
        assertThat(probabilities(0, 1).row()).containsExactly(AnswerForm.LEAST, 0);
    }

    /** The row begins after one of the same width. */
    private static Answer logits(float... values) {
        return answer(AnswerForm.LOGITS, values, null, values.length);
    }

    private static Answer probabilities(float... values) {
        return answer(AnswerForm.PROBABILITIES, values, null, values.length);
    }

    private static Answer topK(long[] indices, float... values) {
        LongBuffer shifted = LongBuffer.allocate(2 * indices.length).put(indices.length, indices);
        return answer(AnswerForm.TOP_K, values, shifted, 4);
    }

    private static Answer answer(AnswerForm form, float[] values, LongBuffer indices, int classes) {
        FloatBuffer shifted = FloatBuffer.allocate(2 * values.length).put(values.length, values);
        List<String> labels =
                IntStream.range(0, classes).mapToObj(String::valueOf).toList();
        return new Answer("m.onnx", form, Scores.SOFTMAX, shifted, indices, values.length, values.length, labels);
    }

    @Test
    void aSigmoidScoresEachClassForItself() {
        List<Prediction> found =
                answer(AnswerForm.LOGITS, Scores.SIGMOID, 0, 2, -1000).top(3);

        assertThat(found).extracting(Prediction::index).containsExactly(1, 0, 2);
        assertThat(found).extracting(Prediction::probability).containsExactly(1 / (1 + Math.exp(-2)), 0.5, 0.0);
        assertThat(answer(AnswerForm.LOGITS, Scores.SIGMOID, -3).top(1).get(0).probability())
                .isEqualTo(1 / (1 + Math.exp(3)));
    }

    @Test
    void whatTheGraphHasScoredIsNotScoredAgain() {
        Answer answer = answer(AnswerForm.PROBABILITIES, Scores.SIGMOID, 0.75f, 0, 1, 0.5f);

        assertThat(answer.top(4)).extracting(Prediction::probability).containsExactly(1.0, 0.75, 0.5, 0.0);
        assertThat(answer.row()[0]).isCloseTo((float) Math.log(3), within(1e-6f));
        assertThat(answer.row()).endsWith(AnswerForm.LEAST, -AnswerForm.LEAST, 0);
    }

    @Test
    void numbersWithoutScoresStayAsTheyAre() {
        List<Prediction> found =
                answer(AnswerForm.LOGITS, Scores.NONE, -3, 12.5f).top(2);

        assertThat(found).containsExactly(new Prediction(1, "1", 12.5, 12.5), new Prediction(0, "0", -3, -3));
    }

    private static Answer answer(AnswerForm form, Scores scores, float... values) {
        FloatBuffer shifted = FloatBuffer.allocate(2 * values.length).put(values.length, values);
        List<String> labels =
                IntStream.range(0, values.length).mapToObj(String::valueOf).toList();
        return new Answer("m.onnx", form, scores, shifted, null, values.length, values.length, labels);
    }
}
