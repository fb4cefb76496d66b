package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.tensorrt.nvinfer.ILogger;

/** TensorRT's messages: warnings go to a consumer, errors are kept until a failure asks for them. Called from TensorRT's own threads. */
final class NvLog extends ILogger {
    private static final int KEPT = 3;

    private final Consumer<String> warnings;
    private final List<String> errors = new ArrayList<>();

    NvLog(Consumer<String> warnings) {
        this.warnings = warnings;
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
            warnings.accept(message);
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
}
