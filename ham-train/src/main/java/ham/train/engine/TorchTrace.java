package ham.train.engine;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * PyTorch's own record of every operator that a piece of work runs, as a file of trace events (Chrome's format, which a browser's
 * tracing page shows). One at a time in a process.
 */
public final class TorchTrace {
    private TorchTrace() {}

    /**
     * Records what some work does.
     *
     * @param file what is written
     * @param device where the work is done, as {@link TorchEngine#open} takes it; of a GPU kernels and copies are recorded too
     */
    public static void record(Path file, String device, int threads, Runnable work) {
        try (TorchEngine engine = TorchEngine.open(device, threads)) {
            JniUtils.startProfile(engine.device().isGpu(), false, false);
            try {
                work.run();
            } finally {
                JniUtils.stopProfile(file.toString());
            }
        }
    }

    /**
     * How often each event happened.
     *
     * @throws InputException if the file is not a trace
     */
    public static Map<String, Integer> events(Path trace) {
        Map<String, Integer> events = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(trace.toFile())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME && parser.currentName().equals("name")) {
                    parser.nextToken();
                    events.merge(parser.getText(), 1, Integer::sum);
                }
            }
            return events;
        } catch (IOException e) {
            throw new InputException(trace, "expected trace events as JSON, found " + e.getMessage(), e);
        }
    }
}
