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
import ham.runtime.preprocess.Preprocessing;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PixelIntakeTest {
    private static final long BYTES = 128 << 20;

    @Test
    void aRunTakesFewerImagesTheLargerTheyAre() {
        try (Model model = open(TinyModel.ofPixels(3, "class", 1, 1, 1))) {
            Intake intake = Intake.of(model, Preprocessing.vitDefault(224));

            assertThat(intake.most(image(4000, 3000, 0), BYTES)).isEqualTo(3);
            assertThat(intake.most(image(8000, 6000, 0), BYTES)).isEqualTo(1);
            assertThat(intake.most(image(1, 1, 0), BYTES)).isGreaterThan(1000);

            List<RgbImage> many = Collections.nCopies(99, image(4000, 3000, 0));
            int count = intake.count(many, intake.most(many.get(0), BYTES));
            assertThat(intake.shape(count, many.get(0))).containsExactly(3, 3000, 4000, 3);
        }
    }

    @Test
    void theSizeOfAnImageDoesNotMatterWhereItIsResizedBefore() {
        try (Model model = open(TinyModel.classifier(224, 3, "class", 1, 1, 1))) {
            Intake intake = Intake.of(model, Preprocessing.vitDefault(224));

            assertThat(intake.most(image(4000, 3000, 0), BYTES)).isEqualTo((128 << 20) / (3 * 4 * 224 * 224));
            assertThat(intake.most(image(1, 1, 0), 1)).isEqualTo(1);
        }
    }

    @Test
    void aClassifierSplitsItsImagesByTheirBytes() {
        List<RgbImage> many = Collections.nCopies(99, image(4000, 3000, 0));
        Model model = open(TinyModel.ofPixels(3, "class", 1, 1, 1));
        Model bindsNothing = (Model) Proxy.newProxyInstance(
                Model.class.getClassLoader(), new Class<?>[] {Model.class}, (proxy, method, given) -> {
                    if (method.getName().equals("bind")) {
                        throw new ModelException("bound " + Arrays.toString((long[]) given[0]));
                    }
                    return method.invoke(model, given);
                });

        try (Classifier classifier = Classifier.of(bindsNothing, Supplement.NONE)) {
            assertThatThrownBy(() -> classifier.logits(many)).hasMessage("bound [3, 3000, 4000, 3]");
        }
    }

    @Test
    void everyImageKeepsItsAnswerHoweverTheyAreSplit() {
        List<RgbImage> images =
                List.of(image(4, 3, 10), image(4, 3, 20), image(3, 4, 30), image(1, 1, 40), image(4, 3, 50));

        try (Classifier classifier = Classifier.of(open(TinyModel.ofPixels(2, "class", 1, 0, 0)), Supplement.NONE)) {
            float[][] logits = classifier.logits(images);

            for (int i = 0; i < images.size(); i++) {
                assertThat(logits[i]).containsExactly(new float[] {10 * (i + 1), 20 * (i + 1)}, within(1e-4f));
            }
        }
    }

    private static Model open(byte[] model) {
        return OnnxModel.open(model, "tiny", new SessionSettings(1));
    }

    private static RgbImage image(int width, int height, int value) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) value);
        return new RgbImage(width, height, rgb);
    }
}
