package ham.bench.jmh;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.model.Bound;
import ham.runtime.model.SessionSettings;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One preprocessed image through one model in three ways. {@code bareRun} is the loop that one would write with ONNX Runtime alone, at its best: the
 * input tensor is made once. {@code gc.alloc.rate.norm} is the Java heap of one call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RuntimeBenchmark {
    /** A classifier of one float32 input; by the system property {@code ham.bench.model}. */
    @Param("")
    public String model;

    private OrtSession session;
    private OnnxTensor tensor;
    private String inputName;
    private Classifier classifier;
    private Bound bound;
    private FloatBuffer pixels;

    /** Opens the model twice, in one thread each, and draws the pixels. */
    @Setup
    public void open() throws OrtException {
        SessionSettings settings = new SessionSettings(1);
        classifier = Classifier.open(Path.of(model), settings);
        int side = classifier.preprocessing().height();
        long[] shape = {1, 3, side, side};
        pixels = ByteBuffer.allocateDirect(4 * 3 * side * side)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Random random = new Random(1);
        while (pixels.hasRemaining()) {
            pixels.put((float) random.nextGaussian());
        }
        pixels.flip();
        bound = classifier.model().bind(shape);
        bound.inputFloats().put(pixels.duplicate());
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = OrtEnvironment.getEnvironment().createSession(model, options);
        }
        inputName = session.getInputNames().iterator().next();
        tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), pixels, shape);
    }

    /** Frees everything. */
    @TearDown
    public void close() throws OrtException {
        tensor.close();
        session.close();
        bound.close();
        classifier.close();
    }

    /** ONNX Runtime alone: the logits. */
    @Benchmark
    public FloatBuffer bareRun() throws OrtException {
        try (OrtSession.Result result = session.run(Map.of(inputName, tensor))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer();
        }
    }

    /** Pinned buffers: the logits. */
    @Benchmark
    public FloatBuffer boundRun() {
        bound.run();
        return bound.output();
    }

    /** Input copied, run, the five best labels with their probabilities. */
    @Benchmark
    public List<Prediction> classifyTensor() {
        return classifier.classify(pixels, 5);
    }
}
