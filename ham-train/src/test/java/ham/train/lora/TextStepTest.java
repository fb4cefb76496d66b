package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.runtime.text.TokenBatch;
import ham.testing.TestData;
import ham.train.backbone.Backbone;
import ham.train.encoder.EncoderForward;
import ham.train.engine.TorchEngine;
import ham.train.input.Batch;
import ham.train.optimize.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextStepTest {
    private static final int[] LENGTHS = {3, 4, 4, 9, 12};

    /** Parts of a batch have the padding of their own longest text, and the sum of their gradients is that of the whole. */
    @ParameterizedTest
    @ValueSource(strings = {"bert-bare", "roberta", "distilbert"})
    void partsOfOtherLengthsGiveTheGradientsOfTheWhole(String name) {
        Checkpoint checkpoint = Checkpoint.open(TestData.path("encoders").resolve(name));
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                Backbone backbone = new EncoderForward(engine, checkpoint)) {
            TaskParameters parameters = new TaskParameters(
                    backbone, Fixture.LORA, Recipe.DEFAULT, TaskStart.beside(0, Fixture.CLASSES, List.of()), 5);
            List<Parameter> moved = new ArrayList<>(parameters.b().values());
            moved.add(parameters.headWeight());
            Random random = new Random(3);
            moved.forEach(each ->
                    IntStream.range(0, each.size()).forEach(i -> each.set(i, (float) (0.3 * random.nextGaussian()))));
            EncoderInput.Text input = (EncoderInput.Text) checkpoint.encoder().input();
            Batch batch = batch(input);
            List<float[]> whole = gradients(backbone, parameters, batch, LENGTHS.length);
            assertThat(whole.get(0)).isNotEqualTo(new float[whole.get(0).length]);
            for (int together : new int[] {1, 2, 3}) {
                List<float[]> parts = gradients(backbone, parameters, batch, together);
                for (int p = 0; p < whole.size(); p++) {
                    assertThat(parts.get(p))
                            .as("%s, %d at once", parameters.all().get(p).name(), together)
                            .usingComparatorWithPrecision(2e-5f)
                            .containsExactly(whole.get(p));
                }
            }
        }
    }

    private static List<float[]> gradients(Backbone backbone, TaskParameters parameters, Batch batch, int together) {
        parameters.all().forEach(parameter -> parameter.firstMoment().set(new float[parameter.size()]));
        try (ScriptStep step = new ScriptStep(backbone, parameters, List.of(), together, OptionalDouble.empty())) {
            return Fixture.gradients(step, parameters, batch);
        }
    }

    private static Batch batch(EncoderInput.Text input) {
        Random random = new Random(1);
        List<long[]> rows = IntStream.of(LENGTHS)
                .mapToObj(length -> random.longs(length, input.padding() + 1, input.vocabulary())
                        .toArray())
                .toList();
        return new Batch(TokenBatch.of(rows, input.padding()), new int[] {0, 2, 1, 0, 1});
    }
}
