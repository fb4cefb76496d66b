package ham.train.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.runtime.classify.Classifier;
import ham.runtime.image.RgbImage;
import ham.runtime.model.SessionSettings;
import ham.testing.TestData;
import ham.train.data.Dataset;
import ham.train.data.ImageSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a classifier that answers with the colour of an image: red, green or blue. */
class DeployedAccuracyTest {
    private static Classifier classifier;

    @BeforeAll
    static void open() {
        classifier = Classifier.open(TestData.path("onnx/colors.onnx"), new SessionSettings(1));
    }

    @AfterAll
    static void close() {
        classifier.close();
    }

    /** Images of one channel (0 red, 1 green, 2 blue) each, with labels. */
    private static Dataset data(List<String> classNames, int[] channels, int[] labels) {
        ImageSet images = new ImageSet() {
            @Override
            public int size() {
                return labels.length;
            }

            @Override
            public int label(int index) {
                return labels[index];
            }

            @Override
            public RgbImage image(int index) {
                byte[] rgb = new byte[12];
                for (int pixel = 0; pixel < 4; pixel++) {
                    rgb[3 * pixel + channels[index]] = (byte) 200;
                }
                return new RgbImage(2, 2, rgb);
            }
        };
        return new Dataset(images, images, classNames, List.of());
    }

    @Test
    void namesDecideWhichLogitAndWhichTaskAClassIs() {
        Dataset data = data(List.of("blue", "red", "green"), new int[] {2, 0, 1, 1}, new int[] {0, 1, 2, 0});
        DeployedAccuracy accuracy = DeployedAccuracy.measure(
                ExampleClassifier.of(classifier), data, List.of(List.of("green"), List.of("red", "blue")), done -> {});
        assertThat(accuracy.accuracy()).isEqualTo(0.75);
        assertThat(accuracy.images()).isEqualTo(4);
        assertThat(accuracy.tasks()).hasSize(2);
        assertThat(accuracy.tasks().get(0)).isEqualTo(new TaskAccuracy(0, List.of("green"), 1, 1));
        assertThat(accuracy.tasks().get(1).images()).isEqualTo(3);
        assertThat(accuracy.tasks().get(1).accuracy()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void someOfTheClassesAreEnough() {
        int[] channels = new int[130];
        channels[129] = 1;
        List<Integer> progress = new ArrayList<>();
        DeployedAccuracy accuracy = DeployedAccuracy.measure(
                ExampleClassifier.of(classifier),
                data(List.of("red"), channels, new int[130]),
                List.of(List.of("blue", "green"), List.of("red")),
                progress::add);
        assertThat(accuracy.accuracy()).isEqualTo(129.0 / 130);
        assertThat(accuracy.tasks()).containsExactly(new TaskAccuracy(1, List.of("red"), 130, 129.0 / 130));
        assertThat(progress).endsWith(130).isSorted();
    }

    @Test
    void refusesClassesThatAreUnknownOrThereTwice() {
        Dataset data = data(List.of("red", "teal"), new int[] {0, 1}, new int[] {0, 1});
        assertRefused(data, List.of(List.of("red", "teal")), "'teal'", "colors.onnx");
        Dataset known = data(List.of("red", "blue"), new int[] {0, 1}, new int[] {0, 1});
        assertRefused(known, List.of(List.of("red")), "'blue'", "the list of tasks");
        assertRefused(known, List.of(List.of("red"), List.of("blue", "red")), "'red' twice", "the list of tasks");
    }

    private static void assertRefused(Dataset data, List<List<String>> tasks, String... parts) {
        assertThatThrownBy(() -> DeployedAccuracy.measure(ExampleClassifier.of(classifier), data, tasks, done -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
    }
}
