package ham.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.testing.TestData;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java heap that one classification of a tensor takes in steady state. Counted by the JVM, so it does not depend on time. */
class AllocationTest {
    private static final long MOST_BYTES = 2048;
    private static final int RUNS = 50;

    @ParameterizedTest
    @ValueSource(ints = {2, 32, 224})
    void isSmallWhateverTheSizeOfTheTensor(int side) {
        byte[] model = TinyModel.classifier(side, 1000, "class", 1, 2, 3);
        try (Classifier classifier =
                Classifier.of(OnnxModel.open(model, "tiny", new SessionSettings(1)), Supplement.NONE)) {
            FloatBuffer pixels = ByteBuffer.allocateDirect(4 * 3 * side * side).asFloatBuffer();
            double[] sink = new double[1];
            Runnable classify =
                    () -> sink[0] += classifier.classify(pixels, 5).get(0).probability();

            assertThat(bytesPerRun(classify)).isPositive().isLessThanOrEqualTo(MOST_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx/colors.onnx"})
    void isSmallerStillWithABound(String name) {
        try (Model model = OnnxModel.open(TestData.path(name), new SessionSettings(1));
                Bound bound = model.bind(1, 3, 2, 2)) {
            assertThat(bytesPerRun(bound::run)).isLessThanOrEqualTo(MOST_BYTES / 2);
        }
    }

    private static long bytesPerRun(Runnable run) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        for (int i = 0; i < RUNS; i++) {
            run.run();
        }
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < RUNS; i++) {
            run.run();
        }
        return (threads.getThreadAllocatedBytes(self) - before) / RUNS;
    }
}
