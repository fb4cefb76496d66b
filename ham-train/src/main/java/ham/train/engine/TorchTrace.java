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
 * PyTorch's own record of every operator between the opening and the closing, as a file of trace events (Chrome's format, which a browser's
 * tracing page shows). One at a time in a process.
 */
public final class TorchTrace implements AutoCloseable {
    private final Path file;

    private TorchTrace(Path file) {
        this.file = file;
    }

    /**
     * Begins; the engine must have been opened.
     *
     * @param file what {@link #close} writes
     * @param gpu whether kernels and copies on the GPU are recorded too
     */
    public static TorchTrace begin(Path file, boolean gpu) {
        JniUtils.startProfile(gpu, false, false);
        return new TorchTrace(file);
    }

    @Override
    public void close() {
        JniUtils.stopProfile(file.toString());
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
