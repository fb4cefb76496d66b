package ham.runtime.backend;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ham.runtime.ModelException;
import java.util.regex.Pattern;

/** The one ONNX Runtime environment of this process, and facts about it. */
public final class OnnxRuntime {
    private static final Pattern NOISE = Pattern.compile("^Error code - \\w+ - message: "
            + "|\\[ONNXRuntimeError\\] : \\d+ : \\w+ : "
            + "|Load model from .*? failed:\\s*"
            + "|\\S+\\.(cc|h):\\d+ (?:[\\w:~<>&*, ]+\\([^)]*\\)(?: const)?|\\w+) ");
    private static final int LONGEST_REASON = 300;

    private static OrtEnvironment environment;
    private static String failure;

    private OnnxRuntime() {}

    /**
     * The environment, silent: what goes wrong is thrown, not printed, and no telemetry is sent.
     *
     * @throws ModelException if the native library cannot be loaded; always with the first cause, which later attempts
     *     no longer know
     */
    public static synchronized OrtEnvironment environment() {
        if (failure != null) {
            throw new ModelException(failure);
        }
        if (environment == null) {
            try {
                environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "ham");
                environment.setTelemetry(false);
            } catch (LinkageError | RuntimeException | OrtException e) {
                failure = "ONNX Runtime: expected its native library for " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ", but it cannot be loaded (" + rootCause(e) + ").";
                throw new ModelException(failure, e);
            }
        }
        return environment;
    }

    /** ONNX Runtime's own version, for example {@code 1.29.0}. */
    public static String version() {
        return environment().getVersion();
    }

    /** The core of ONNX Runtime's message on one line, without error codes, source locations and file names. */
    public static String reason(OrtException e) {
        String text = NOISE.matcher(String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " "))
                .replaceAll("");
        String core = text.strip().replaceAll("\\.$", "");
        return core.length() <= LONGEST_REASON ? core : core.substring(0, LONGEST_REASON) + "...";
    }

    private static String rootCause(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
    }
}
