package ham.runtime.backend;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEnvironment.ThreadingOptions;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ham.common.Found;
import ham.runtime.ModelException;
import java.io.File;
import java.nio.file.FileSystemException;
import java.util.OptionalInt;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** The one ONNX Runtime environment of this process, and facts about it. */
public final class OnnxRuntime {
    /** What goes wrong is thrown: its loader would print stack traces. Held, so that it is not collected. */
    private static final Logger LIBRARY = Logger.getLogger("ai.onnxruntime.OnnxRuntime");

    /** Bytes that its libraries take at least. */
    private static final long UNPACKED = 32L << 20;

    private static final Pattern NOISE = Pattern.compile("^Error code - \\w+ - message: "
            + "|\\[ONNXRuntimeError\\] : \\d+ : \\w+ : "
            + "|Load model from .*? failed:\\s*"
            + "|\\S+\\.(cc|h):\\d+ (?:[\\w:~<>&*, ]+\\([^)]*\\)(?: const)?|\\w+) ");
    private static final String NAME = "ham";
    private static final int LONGEST_REASON = 300;

    private static OrtEnvironment environment;
    private static String failure;
    private static OptionalInt poolThreads = OptionalInt.empty();

    private OnnxRuntime() {}

    /**
     * Lets all sessions of this process share one pool of threads. Without it each session has threads of its own, which spin for some
     * milliseconds after a run and take the processor from the session that runs next. Only before the environment is first used.
     *
     * @param threads threads that share one operator; 0 for one per physical core. Settings of sessions no longer count.
     * @return whether they share a pool now: false when the environment was in use before
     */
    public static synchronized boolean shareThreads(int threads) {
        if (environment == null) {
            poolThreads = OptionalInt.of(threads);
        }
        return poolThreads.isPresent();
    }

    /** Whether sessions share one pool of threads. */
    public static synchronized boolean sharesThreads() {
        return poolThreads.isPresent();
    }

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
            LIBRARY.setLevel(Level.OFF);
            try {
                environment = DeepStack.call(OnnxRuntime::create);
                environment.setTelemetry(false);
            } catch (LinkageError | RuntimeException | OrtException e) {
                failure = "ONNX Runtime: expected its native library for " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch") + ", but it cannot be loaded (" + rootCause(e) + ").";
                throw new ModelException(failure, e);
            }
        }
        return environment;
    }

    private static OrtEnvironment create() throws OrtException {
        if (poolThreads.isEmpty()) {
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, NAME);
        }
        try (ThreadingOptions options = new ThreadingOptions()) {
            options.setGlobalIntraOpNumThreads(poolThreads.getAsInt());
            return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, NAME, options);
        }
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
        if (cause instanceof FileSystemException place) {
            return Found.why(place) + "; start Java with -Djava.io.tmpdir=DIR, a folder that can be written";
        }
        String said = String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
        File folder = new File(System.getProperty("java.io.tmpdir"));
        // The loader tells the reason to a log alone.
        return folder.getUsableSpace() >= UNPACKED
                ? said
                : said + "; it is unpacked into " + folder + ", which has " + (folder.getUsableSpace() >> 20)
                        + " MB free: free some space, or start Java with -Djava.io.tmpdir=DIR";
    }
}
