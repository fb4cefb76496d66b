package ham.train.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.Tensor;
import ham.train.data.ImageSet;
import ham.train.data.TextSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final Preprocessing PREPROCESSING = Preprocessing.vitDefault(8);

    @Test
    void anEpochHoldsEveryImageOnceWithItsTarget() {
        List<Integer> sizes = new ArrayList<>();
        Set<Float> seen = new HashSet<>();
        each(batches(Augmentation.NONE), 1, 2, 3, batch -> {
            sizes.add(batch.size());
            for (int i = 0; i < batch.size(); i++) {
                float value = value(batch, i * 3 * 64);
                seen.add(value);
                assertThat(Math.round((value * 0.5f + 0.5f) * 255) % 2).isEqualTo(batch.targets()[i]);
            }
        });
        assertThat(sizes).containsExactly(4, 4, 2);
        assertThat(seen).hasSize(10);
    }

    @Test
    void followsFromSeedTaskAndEpochAlone() {
        Augmentation augmentation = new Augmentation(2, true);
        assertThat(epoch(augmentation, 1, 2, 3)).isEqualTo(epoch(augmentation, 1, 2, 3));
        assertThat(epoch(augmentation, 1, 2, 3)).isNotEqualTo(epoch(augmentation, 0, 2, 3));
        assertThat(epoch(augmentation, 1, 2, 3)).isNotEqualTo(epoch(augmentation, 1, 3, 3));
        assertThat(epoch(augmentation, 1, 2, 3)).isNotEqualTo(epoch(augmentation, 1, 2, 4));
    }

    @Test
    void cropsAndFlipsAsAPaddedImageWould() {
        byte[] rgb = new byte[8 * 6 * 3];
        new Random(3).nextBytes(rgb);
        RgbImage image = new RgbImage(8, 6, rgb);
        Set<Integer> variants = new HashSet<>();
        Random random = new Random(4);
        for (int i = 0; i < 500; i++) {
            int variant = variantOf(image, new Augmentation(1, true).apply(image, random));
            assertThat(variant).isNotNegative();
            variants.add(variant);
        }
        assertThat(variants).hasSize(3 * 3 * 2);
    }

    @Test
    void leavesImagesAloneWhenOff() {
        RgbImage image = new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
        assertThat(Augmentation.NONE.apply(image, new Random(0))).isSameAs(image);
        Random random = new Random(0);
        for (int i = 0; i < 20; i++) {
            byte first = new Augmentation(0, true).apply(image, random).rgb()[0];
            assertThat(first).isIn((byte) 1, (byte) 4);
        }
    }

    /** Which of the 18 crops and flips of the padded image it is; -1 for none. */
    private static int variantOf(RgbImage image, RgbImage changed) {
        for (int variant = 0; variant < 18; variant++) {
            int shiftX = variant % 3 - 1;
            int shiftY = variant / 3 % 3 - 1;
            boolean same = true;
            for (int y = 0; y < 6; y++) {
                for (int x = 0; x < 8; x++) {
                    int column = (variant >= 9 ? 7 - x : x) + shiftX;
                    int row = y + shiftY;
                    boolean inside = column >= 0 && column < 8 && row >= 0 && row < 6;
                    for (int c = 0; c < 3; c++) {
                        byte expected = inside ? image.rgb()[3 * (row * 8 + column) + c] : 0;
                        same &= changed.rgb()[3 * (y * 8 + x) + c] == expected;
                    }
                }
            }
            if (same) {
                return variant;
            }
        }
        return -1;
    }

    private static List<Float> epoch(Augmentation augmentation, long seed, int task, int epoch) {
        List<Float> values = new ArrayList<>();
        each(batches(augmentation), seed, task, epoch, batch -> {
            for (int i = 0; i < batch.size() * 3 * 64; i++) {
                values.add(value(batch, i));
            }
        });
        return values;
    }

    private static void each(Batches batches, long seed, int task, int epoch, Consumer<Batch> consumer) {
        int first = epoch * batches.perEpoch();
        try (BatchStream stream = batches.stream(seed, task, first, first + batches.perEpoch())) {
            for (int i = 0; i < batches.perEpoch(); i++) {
                consumer.accept(stream.next());
            }
            assertThatThrownBy(stream::next).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void goesOnFromAnyStepAsIfItHadNeverStopped() {
        for (Augmentation each : List.of(new Augmentation(2, true), new Augmentation(0, true, 0.05))) {
            Batches batches = batches(each);
            List<List<Float>> whole = values(batches, 0, 9);
            for (int first = 0; first < 9; first++) {
                assertThat(values(batches, first, 9)).isEqualTo(whole.subList(first, 9));
            }
        }
    }

    /** Each pixel's red is its column and its green is its row, so a part tells where it was cut from. */
    @Test
    void cutsPartsOfEverySizeAndPlaceOutOfAnImage() {
        int width = 200;
        int height = 100;
        byte[] rgb = new byte[width * height * 3];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (i % width);
            rgb[3 * i + 1] = (byte) (i / width);
        }
        RgbImage image = new RgbImage(width, height, rgb);
        Augmentation augmentation = new Augmentation(0, true, 0.05);
        Random random = new Random(2);
        int mirrored = 0;
        double least = 1;
        double most = 0;
        for (int i = 0; i < 300; i++) {
            RgbImage part = augmentation.cut(image, 16, 16, random);
            assertThat(part.width()).isEqualTo(16);
            int left = part.rgb()[0] & 0xff;
            int right = part.rgb()[3 * 15] & 0xff;
            int top = part.rgb()[1] & 0xff;
            int bottom = part.rgb()[3 * 15 * 16 + 1] & 0xff;
            mirrored += left > right ? 1 : 0;
            // The outermost columns are half a target pixel inside the part.
            double w = Math.abs(right - left) * 16 / 15.0;
            double h = (bottom - top) * 16 / 15.0;
            double area = w * h / (width * height);
            least = Math.min(least, area);
            most = Math.max(most, area);
            assertThat(w / h).isBetween(0.6, 1.55);
        }
        assertThat(mirrored).isBetween(110, 190);
        assertThat(least).isBetween(0.03, 0.1);
        assertThat(most).isBetween(0.5, 0.75);
    }

    @Test
    void paddingGrowsWithTheSideOfTheModel() {
        assertThat(new Augmentation(4, true).at(32)).isEqualTo(new Augmentation(4, true));
        assertThat(new Augmentation(4, true).at(224)).isEqualTo(new Augmentation(28, true));
    }

    /** Who is in a batch does not depend on lengths, which tell of classes; within a batch the short ones come first. */
    @Test
    void lengthsSortABatchAndChooseNobody() {
        int[] lengths = {9, 2, 7, 2, 5, 8, 3, 1, 4, 6};
        List<List<Integer>> found = members(index -> lengths[index]);
        List<List<Integer>> drawn = members(index -> 5);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).containsExactlyInAnyOrderElementsOf(drawn.get(i));
            assertThat(found.get(i)).isSortedAccordingTo(Comparator.comparingInt(index -> lengths[index]));
        }
        assertThat(found).isNotEqualTo(drawn);
    }

    /** The examples of each batch of an epoch, where example i has label i. */
    private static List<List<Integer>> members(IntUnaryOperator length) {
        InputReader reader = (set, indices) -> new Lengths(indices.length, length);
        TextSet texts = new TextSet(
                Collections.nCopies(10, ""), IntStream.range(0, 10).boxed().toList());
        Batches batches = new Batches(
                new TaskExamples(texts, IntStream.range(0, 10).toArray(), label -> label, reader),
                Augmentation.NONE,
                4);
        List<List<Integer>> members = new ArrayList<>();
        each(
                batches,
                1,
                2,
                3,
                batch -> members.add(IntStream.of(batch.targets()).boxed().toList()));
        return members;
    }

    /** Examples of which nothing is known but their length. */
    private record Lengths(int size, IntUnaryOperator lengths) implements InputSource {
        @Override
        public int length(int index) {
            return lengths.applyAsInt(index);
        }

        @Override
        public Writer newWriter(int capacity) {
            return new Writer() {
                @Override
                public void clear() {}

                @Override
                public void add(int... indices) {}

                @Override
                public void add(Augmentation augmentation, Random random, int... indices) {}

                @Override
                public Map<String, Tensor> inputs() {
                    return Map.of();
                }
            };
        }

        @Override
        public void skip(Augmentation augmentation, Random random) {}
    }

    private static List<List<Float>> values(Batches batches, int first, int end) {
        List<List<Float>> all = new ArrayList<>();
        try (BatchStream stream = batches.stream(1, 2, first, end)) {
            for (int step = first; step < end; step++) {
                Batch batch = stream.next();
                List<Float> values = new ArrayList<>();
                for (int i = 0; i < batch.size() * 3 * 64; i++) {
                    values.add(value(batch, i));
                }
                all.add(values);
            }
        }
        return all;
    }

    private static Batches batches(Augmentation augmentation) {
        int[] all = IntStream.range(0, 10).toArray();
        return new Batches(
                new TaskExamples(new Even(), all, label -> label, new ImageReader(PREPROCESSING)), augmentation, 4);
    }

    private static float value(Batch batch, int index) {
        return batch.pixels().data().asFloatBuffer().get(index);
    }

    /** Image i is all of value i + 10 with label i modulo 2, except for one white corner. */
    private static final class Even implements ImageSet {
        @Override
        public int size() {
            return 10;
        }

        @Override
        public int label(int index) {
            return index % 2;
        }

        @Override
        public RgbImage image(int index) {
            byte[] rgb = new byte[3 * 64];
            Arrays.fill(rgb, (byte) (index + 10));
            rgb[3 * 63] = (byte) 255;
            return new RgbImage(8, 8, rgb);
        }
    }
}
