package ham.runtime.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.classify.Supplement;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifierSlotTest {
    private static final int SIDE = 4;
    private static final RgbImage WHITE = white();

    @TempDir
    private Path folder;

    /**
     * Model number n answers class n for a white image. A request of 70 images takes three runs, all of which must be on one model, and on
     * one that is at least as new as the last swap that had ended when the request began.
     */
    @Test
    void noRequestFailsAndNoneIsMixedWhileModelsAreSwappedUnderLoad() throws InterruptedException {
        int swaps = 10;
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger requests = new AtomicInteger();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<RgbImage> images = Collections.nCopies(70, WHITE);
        List<Classifier> all = new ArrayList<>(List.of(answering(0)));
        List<Thread> threads = new ArrayList<>();
        try (ClassifierSlot slot = new ClassifierSlot(all.get(0), SwapRule.SAME_LABELS, 2)) {
            for (int t = 0; t < 4; t++) {
                Thread thread = new Thread(() -> {
                    try {
                        while (ended.get() < swaps) {
                            int least = ended.get();
                            List<Integer> answers = slot.use(classifier -> classifier.classify(images, 1)).stream()
                                    .map(each -> each.get(0).index())
                                    .distinct()
                                    .toList();
                            int most = ended.get() + 1;
                            requests.incrementAndGet();
                            if (answers.size() != 1 || answers.get(0) < least || answers.get(0) > most) {
                                wrong.add(answers + " between " + least + " and " + most);
                            }
                        }
                    } catch (RuntimeException e) {
                        wrong.add(e.toString());
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (int i = 1; i <= swaps; i++) {
                all.add(answering(i));
                Classifier newcomer = all.get(i);
                int before = requests.get();
                slot.swap(() -> newcomer);
                ended.set(i);
                Classifier old = all.get(i - 1);
                assertThatThrownBy(() -> old.classify(WHITE, 1)).isInstanceOf(IllegalStateException.class);
                while (requests.get() < before + 8 && wrong.isEmpty()) {
                    Thread.onSpinWait();
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(requests.get()).isGreaterThan(8 * (swaps - 1));
    }

    @Test
    void keepsTheOldModelWhenTheNewOneCannotTakeItsPlace() {
        Classifier old = open(TinyModel.classifier(SIDE, 3, "class", 1, 1, 1));
        try (ClassifierSlot slot = new ClassifierSlot(old, SwapRule.SAME_LABELS, 1)) {
            assertThatThrownBy(() -> slot.swap(() -> open(new byte[] {1, 2, 3})))
                    .isInstanceOf(ModelException.class);
            assertRefused(
                    slot,
                    TinyModel.classifier(SIDE, 4, "class", 1, 1, 1),
                    "expected the 3 labels of the model in service, found 4.");
            assertRefused(
                    slot,
                    TinyModel.classifier(SIDE, 3, "kind", 1, 1, 1),
                    "found 'kind0' instead of 'class0' at number 0.");
            assertRefused(
                    slot,
                    TinyModel.classifier(SIDE + 1, 3, "class", 1, 1, 1),
                    "float32 [batch, 3, 4, 4], found float32 [batch, 3, 5, 5].");

            assertThat(slot.classify(WHITE, 1).get(0).label()).isEqualTo("class2");
        }
    }

    @Test
    void takesFurtherLabelsOrAnyModelWhereThatIsAllowed() {
        try (ClassifierSlot slot =
                new ClassifierSlot(open(TinyModel.classifier(SIDE, 3, "class", 1, 1, 1)), SwapRule.ADDED_LABELS, 1)) {
            slot.swap(() -> open(TinyModel.classifier(SIDE, 5, "class", 1, 1, 1)));
            assertThat(slot.classify(WHITE, 1)).extracting(Prediction::label).containsExactly("class4");
            assertRefused(
                    slot,
                    TinyModel.classifier(SIDE, 4, "class", 1, 1, 1),
                    "expected the 5 labels of the model in service and any further ones, found 4.");
        }
        try (ClassifierSlot slot =
                new ClassifierSlot(open(TinyModel.classifier(SIDE, 3, "class", 1, 1, 1)), SwapRule.ANY_MODEL, 1)) {
            slot.swap(() -> open(TinyModel.classifier(7, 2, "kind", 1, 1, 1)));
            assertThat(slot.use(Classifier::labels)).containsExactly("kind0", "kind1");
        }
    }

    @Test
    void refusesRequestsAndSwapsOnceClosed() {
        ClassifierSlot slot = new ClassifierSlot(answering(0), SwapRule.SAME_LABELS, 1);
        slot.close();
        slot.close();

        assertThatThrownBy(() -> slot.classify(WHITE, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slot.swap(() -> answering(1))).isInstanceOf(IllegalStateException.class);
    }

    /** ONNX Runtime holds the weights of a file without external data itself, so even a file that is overwritten does no harm. */
    @Test
    void aModelFileThatIsReplacedOrOverwrittenDoesNotTouchTheModelThatIsOpen() throws IOException {
        Path file = folder.resolve("model.onnx");
        replace(file, TinyModel.classifier(SIDE, 3, "class", 1, 1, 1));
        try (Classifier classifier = open(file)) {
            List<Prediction> before = classifier.classify(WHITE, 3);
            Files.write(file, new byte[10]);
            assertThat(classifier.classify(WHITE, 3)).isEqualTo(before);
            replace(file, TinyModel.classifier(SIDE, 3, "class", -1, -1, -1));
            assertThat(classifier.classify(WHITE, 3)).isEqualTo(before);
            Files.delete(file);
            assertThat(classifier.classify(WHITE, 3)).isEqualTo(before);
        }
    }

    private static void assertRefused(ClassifierSlot slot, byte[] model, String message) {
        assertThatThrownBy(() -> slot.swap(() -> open(model)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(message);
    }

    /** A classifier of 32 classes whose answer to a white image is the given one. */
    private static Classifier answering(int answer) {
        return open(TinyModel.peaked(SIDE, 32, "class", answer));
    }

    private static Classifier open(byte[] model) {
        return Classifier.of(OnnxModel.open(model, "tiny", new SessionSettings(1)), Supplement.NONE);
    }

    private static Classifier open(Path file) {
        return Classifier.open(file, new SessionSettings(1));
    }

    private void replace(Path file, byte[] content) throws IOException {
        Path fresh = Files.write(folder.resolve("fresh"), content);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static RgbImage white() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        Arrays.fill(rgb, (byte) 255);
        return new RgbImage(SIDE, SIDE, rgb);
    }
}
