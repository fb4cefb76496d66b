package ham.runtime.backend;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs the first call of ONNX Runtime on a stack that is deep enough for it. Unless {@code ORT_DISABLE_TELEMETRY} is in the environment, its first
 * call matches regular expressions against the command line of the process, by recursion: some 430 bytes of the caller's stack for each byte of
 * the line. From 4 KB on (80 paths of images) that overflows the stack of a Java thread, and the process dies without a word.
 */
final class DeepStack {
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final long LEAST = 8L << 20;
    private static final long PER_BYTE = 1024;

    /** The longest command line that Linux starts a process with, by default. */
    private static final int LONGEST = 2 << 20;

    private DeepStack() {}

    /** Work that ONNX Runtime may refuse. */
    interface Call<T> {
        T make() throws OrtException;
    }

    /** Does the work on a thread of its own, and gives what it gave or throws what it threw. */
    static <T> T call(Call<T> work) throws OrtException {
        FutureTask<T> task = new FutureTask<>(work::make);
        new Thread(null, task, "onnxruntime-start", LEAST + PER_BYTE * commandLineBytes()).start();
        try {
            return uninterrupted(task);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof OrtException refused) {
                throw refused;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) cause;
        }
    }

    private static <T> T uninterrupted(FutureTask<T> task) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true; // the environment is needed whoever waits no longer
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** How long the command line of this process is; 0 where nothing tells it, which are systems without that recursion. */
    private static int commandLineBytes() {
        try (InputStream in = Files.newInputStream(COMMAND_LINE)) {
            return in.readNBytes(LONGEST).length;
        } catch (IOException e) {
            return 0;
        }
    }
}
