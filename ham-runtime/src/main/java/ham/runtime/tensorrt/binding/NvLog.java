package ham.runtime.tensorrt.binding;

import ham.runtime.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/**
 * TensorRT's messages: warnings go to whoever listens, errors are kept until a failure asks for them. Called from TensorRT's own threads.
 *
 * <p>There is one, which stays: TensorRT keeps the first logger that it is given for the whole process.
 */
final class NvLog extends ILogger {
    private static final int KEPT = 3;

    private static NvLog shared;

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final List<String> errors = new ArrayList<>();

    private NvLog() {}

    /** The one log; TensorRT must have been loaded. */
    static synchronized NvLog shared() {
        if (shared == null) {
            shared = new NvLog();
        }
        return shared;
    }

    void addListener(Consumer<String> warnings) {
        listeners.add(warnings);
    }

    void removeListener(Consumer<String> warnings) {
        listeners.remove(warnings);
    }

    @Override
    public void log(Severity severity, String message) {
        if (severity.value <= Severity.kERROR.value) {
            synchronized (errors) {
                if (errors.size() < KEPT) {
                    errors.add(message);
                }
            }
        } else if (severity.value == Severity.kWARNING.value) {
            listeners.forEach(each -> each.accept(message));
        }
    }

    /** A failure with the errors that TensorRT has told since the last one. */
    ModelException failure(String what) {
        synchronized (errors) {
            String told = errors.isEmpty() ? "TensorRT gives no reason" : String.join("; ", errors);
            errors.clear();
            return new ModelException(what + " (" + told.replaceAll("\\s+", " ") + ").");
        }
    }

    /** What a native function returned, unless that is null. */
    <T> T require(T object, String what) {
        if (object == null) {
            throw failure("TensorRT: expected " + what + ", found that it failed");
        }
        return object;
    }

    /** The first objections of the ONNX parser with the node that each is about, after a colon; empty if there are none. */
    static String objections(int errors, IntFunction<IParserError> error) {
        String text = IntStream.range(0, Math.min(KEPT, errors))
                .mapToObj(error)
                .map(each -> each.desc() + " [node " + each.nodeName() + ", " + each.nodeOperator() + "]")
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? "" : ": " + text;
    }
}
