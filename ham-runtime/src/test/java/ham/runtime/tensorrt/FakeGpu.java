package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import ham.runtime.backend.TensorRtLibrary;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensorrt.binding.Gpu;
import ham.runtime.tensorrt.engine.EngineOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A GPU that is none: an engine is the path of an ONNX file and ONNX Runtime runs it on the CPU, with an error that a test can choose. It keeps
 * a diary of what was opened and closed, and fails on what TensorRT would crash on.
 */
final class FakeGpu {
    final List<String> diary = new ArrayList<>();
    TensorRtLibrary machine = machine("10.12.0", "12.9", "Test GPU", "8.9");
    float error;
    boolean canRefitAgain = true;
    private int alive;

    static TensorRtLibrary machine(String tensorRt, String cuda, String gpu, String capability) {
        return new TensorRtLibrary(
                tensorRt, "12.9", cuda, List.of(new TensorRtLibrary.Gpu(gpu, capability, 24_000_000_000L)));
    }

    Gpu open() {
        return new Library();
    }

    /** Native objects that were opened and not closed. */
    int alive() {
        return alive;
    }

    /** Something native: closed once, after all that it handed out. */
    private class Native implements AutoCloseable {
        private final String what;
        private final Native parent;
        private int children;
        private boolean closed;

        Native(String what, Native parent) {
            this.what = what;
            this.parent = parent;
            if (parent != null) {
                parent.requireOpen();
                parent.children++;
            }
            alive++;
            diary.add("open " + what);
        }

        void requireOpen() {
            if (closed) {
                throw new AssertionError(what + " was closed");
            }
        }

        @Override
        public void close() {
            requireOpen();
            if (children != 0) {
                throw new AssertionError(what + " is closed before what it handed out");
            }
            closed = true;
            alive--;
            diary.add("close " + what);
            if (parent != null) {
                parent.children--;
            }
        }
    }

    private final class Library extends Native implements Gpu {
        Library() {
            super("library", null);
        }

        @Override
        public TensorRtLibrary machine() {
            return machine;
        }

        @Override
        public Gpu.Bytes build(Path onnx, EngineOptions options, Optional<Path> timings) {
            diary.add("build " + options.precision().label() + " "
                    + options.batch().text());
            return new Serialized(this, (options.refittable() ? "R" : "-") + onnx);
        }

        @Override
        public Gpu.Engine load(ByteBuffer engine) {
            if (!engine.isDirect()) {
                throw new AssertionError("TensorRT reads native memory");
            }
            return new Loaded(
                    this, StandardCharsets.UTF_8.decode(engine.duplicate()).toString());
        }
    }

    private final class Serialized extends Native implements Gpu.Bytes {
        private final ByteBuffer buffer;

        Serialized(Native parent, String text) {
            super("bytes", parent);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        }

        @Override
        public ByteBuffer buffer() {
            requireOpen();
            return buffer.duplicate();
        }
    }

    private final class Loaded extends Native implements Gpu.Engine {
        private final Native library;
        private String text;

        Loaded(Native library, String text) {
            super("engine", library);
            this.library = library;
            this.text = text;
        }

        private Path onnx() {
            return Path.of(text.substring(1));
        }

        @Override
        public List<String> names() {
            requireOpen();
            return List.of("pixel_values", "logits");
        }

        @Override
        public boolean refittable() {
            return text.startsWith("R");
        }

        @Override
        public void refit(Path next) {
            requireOpen();
            if (next.toString().contains("bare")) {
                throw new ModelException(next + ": expected the graph that the engine was built from.");
            }
            diary.add("refit");
            text = (canRefitAgain ? "R" : "-") + next;
        }

        @Override
        public Gpu.Bytes serialize() {
            requireOpen();
            return new Serialized(library, text);
        }

        @Override
        public Gpu.Context context(String input, long[] inputShape, long inputBytes, List<Gpu.Output> outputs) {
            requireOpen();
            return new Context(this, onnx(), inputShape, inputBytes);
        }
    }

    private final class Context extends Native implements Gpu.Context {
        private final Model model;
        private final Bound bound;
        private final ByteBuffer output;

        Context(Native engine, Path onnx, long[] inputShape, long inputBytes) {
            super("context", engine);
            model = OnnxModel.open(onnx, new SessionSettings(1));
            bound = model.bind(inputShape);
            if (bound.input().capacity() != inputBytes) {
                throw new AssertionError(
                        inputBytes + " bytes for an input of " + bound.input().capacity());
            }
            output = ByteBuffer.allocateDirect(4 * bound.outputs().get(0).elements())
                    .order(ByteOrder.nativeOrder());
        }

        @Override
        public ByteBuffer input() {
            requireOpen();
            return bound.input();
        }

        @Override
        public List<ByteBuffer> outputs() {
            requireOpen();
            return List.of(output);
        }

        @Override
        public List<List<Long>> outputShapes() {
            return bound.outputs().stream().map(Tensor::shape).toList();
        }

        @Override
        public void run() {
            requireOpen();
            bound.run();
            float[] values = bound.outputs().get(0).floats();
            for (int i = 0; i < values.length; i++) {
                output.putFloat(4 * i, values[i] + error);
            }
        }

        @Override
        public void close() {
            super.close();
            bound.close();
            model.close();
        }
    }
}
