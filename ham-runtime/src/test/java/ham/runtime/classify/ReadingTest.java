package ham.runtime.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.TinyModel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model's numbers are is found out from its metadata and its graph, and whatever the input is, the numbers are the same. */
class ReadingTest {
    private static final RgbImage IMAGE = image();

    private static RgbImage image() {
        byte[] rgb = new byte[12];
        Arrays.fill(rgb, (byte) 200);
        rgb[0] = 10;
        rgb[4] = 99;
        return new RgbImage(2, 2, rgb);
    }

    private static Classifier open(byte[] model, Supplement supplement) {
        return Classifier.of(OnnxModel.open(model, "tiny", new SessionSettings(1)), supplement);
    }

    private static List<Prediction> classify(byte[] model) {
        try (Classifier classifier = open(model, Supplement.NONE)) {
            return classifier.classify(IMAGE, 9);
        }
    }

    private static Supplement scores(Scores scores) {
        return new Supplement(Optional.empty(), Optional.empty(), Optional.of(scores), Optional.empty());
    }

    private static Supplement output(String name) {
        return new Supplement(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(name));
    }

    @ParameterizedTest
    @CsvSource({"Softmax", "Softmax Identity", "Identity Softmax Identity Identity", "LogSoftmax", "Identity"})
    void neverSoftmaxTwice(String operators) {
        List<Prediction> expected = classify(TinyModel.classifier(2, 3, "class", 1, 2, -1));
        List<Prediction> found = classify(TinyModel.ending(2, 3, List.of(operators.split(" ")), 1, 2, -1));

        for (int i = 0; i < 3; i++) {
            assertThat(found.get(i).label()).isEqualTo(expected.get(i).label());
            assertThat(found.get(i).probability()).isCloseTo(expected.get(i).probability(), within(1e-6));
        }
    }

    @Test
    void aSigmoidAtTheEndIsLeftAsItIs() {
        float[] logits;
        try (Classifier plain = open(TinyModel.classifier(2, 3, "class", 1, 2, -1), Supplement.NONE)) {
            logits = plain.logits(List.of(IMAGE))[0];
        }
        for (Prediction each : classify(TinyModel.ending(2, 3, List.of("Sigmoid", "Identity"), 1, 2, -1))) {
            assertThat(each.probability()).isCloseTo(1 / (1 + Math.exp(-logits[each.index()])), within(1e-6));
            assertThat(each.logit()).isCloseTo(logits[each.index()], within(1e-4));
        }
    }

    @Test
    void aLoneNumberIsAYesOrNo() {
        Prediction found =
                classify(TinyModel.classifier(2, 1, "class", 1, 2, -1)).get(0);

        assertThat(found.probability()).isEqualTo(1 / (1 + Math.exp(-found.logit())));
        assertThat(found.probability()).isBetween(0.5, 0.999);
    }

    @Test
    void anOptionBeatsWhatTheGraphTells() {
        byte[] model = TinyModel.ending(2, 3, List.of("Softmax"), 1, 2, -1);
        try (Classifier told = open(model, scores(Scores.NONE));
                Classifier twice = open(model, scores(Scores.SOFTMAX));
                Classifier sigmoid = open(TinyModel.classifier(2, 3, "class", 1, 2, -1), scores(Scores.SIGMOID))) {
            double best = told.classify(IMAGE, 1).get(0).probability();
            assertThat(best).isCloseTo(classify(model).get(0).probability(), within(1e-9));
            assertThat(twice.classify(IMAGE, 1).get(0).probability()).isLessThan(best);
            assertThat(sigmoid.scores()).isEqualTo(Scores.SIGMOID);
        }
    }

    @Test
    void theProblemTypeDecidesAsInTransformers() {
        assertThat(Scores.of(null, 5)).isEqualTo(Scores.SOFTMAX);
        assertThat(Scores.of("single_label_classification", 5)).isEqualTo(Scores.SOFTMAX);
        assertThat(Scores.of("multi_label_classification", 5)).isEqualTo(Scores.SIGMOID);
        assertThat(Scores.of("regression", 1)).isEqualTo(Scores.SIGMOID);
        assertThatThrownBy(() -> Scores.ofLabel("best"))
                .isInstanceOf(ModelException.class)
                .hasMessage("scores: expected auto, softmax, sigmoid or none, found 'best'");
    }

    @Test
    void takesTheOutputThatHoldsTheClasses() {
        byte[] model = TinyModel.pooledFirst(2, 4, 1, 2, -1);
        byte[] alone = TinyModel.classifier(2, 4, "class", 1, 2, -1);

        assertThat(classify(model)).isEqualTo(classify(alone));
        try (Classifier named = open(model, output("logits"))) {
            assertThat(named.classify(IMAGE, 9)).isEqualTo(classify(alone));
        }
        assertThatThrownBy(() -> open(model, output("flat")))
                .isInstanceOf(ModelException.class)
                .hasMessage("tiny: expected flat to be of shape [batch, 4] as there are 4 labels, found [batch, 3]."
                        + " The outputs are flat [batch, 3], logits [batch, 4]; say which holds the classes (output).");
        assertThatThrownBy(() -> open(model, output("boxes")))
                .isInstanceOf(ModelException.class)
                .hasMessage("output: expected one of flat, logits, found 'boxes'");
    }

    /** float32 and uint8, channels first and last, against the usual input; float16 holds less of a number. */
    @ParameterizedTest
    @CsvSource({"1, true, 1e-5", "1, false, 1e-5", "10, true, 1e-2", "10, false, 1e-2"})
    void readsTheImageAsTheGraphWantsIt(int type, boolean last, double tolerance) {
        List<Prediction> expected = classify(TinyModel.classifier(2, 3, "class", 1, 2, -1));
        List<Prediction> found = classify(TinyModel.ofImages(type, last, 2, 3, 1, 2, -1));

        for (int i = 0; i < 3; i++) {
            assertThat(found.get(i).logit()).isCloseTo(expected.get(i).logit(), within(tolerance));
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void givesBytesOfOneSizeToAGraphThatNormalises(boolean last) {
        byte[] model = TinyModel.ofImages(2, last, 2, 1, 1, 0, 0);
        try (Model opened = OnnxModel.open(model, "tiny", new SessionSettings(1))) {
            assertThat(opened.inputs().get(0).dtype()).isEqualTo("uint8");
        }

        assertThat(classify(model).get(0).logit()).isCloseTo((10 + 200 + 200 + 200) / 4.0, within(1e-4));
    }
}
