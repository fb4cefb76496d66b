package ham.runtime.tensorrt.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.common.BrokenJson;
import ham.common.Sha256;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * An engine on disk: ENGINE and, beside it, ENGINE.json with the hash of its bytes. A pair is replaced in three steps: the new engine is written
 * whole as ENGINE.next, the record is replaced, and ENGINE.next becomes ENGINE. A reader takes whichever of the two files has the bytes of the
 * record, so at each step, and if the process ends there, one whole pair can be read: the old one before the second step, else the new one. An
 * engine without a record, or with the record of other bytes, is refused.
 */
public final class EngineFile {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /** Between the reading of a record and of its engine a writer may put a new pair there; then both are read again. */
    private static final int ATTEMPTS = 3;

    private static final Object WRITING = new Object();

    private final Path engine;

    /** A record and the bytes that it tells of, direct and read only. */
    public record Saved(EngineRecord engineRecord, ByteBuffer bytes) {}

    public EngineFile(Path engine) {
        this.engine = engine;
    }

    private Path recordFile() {
        return sibling("", ".json");
    }

    private Path nextFile() {
        return sibling("", ".next");
    }

    private Path sibling(String before, String after) {
        return engine.resolveSibling(before + engine.getFileName() + after);
    }

    /** Whether there is a pair. */
    public boolean exists() {
        return Files.isRegularFile(recordFile()) && hasEngine();
    }

    private boolean hasEngine() {
        return Files.isRegularFile(engine) || Files.isRegularFile(nextFile());
    }

    /** Writes both files; what stood there before is replaced. Who writes at the same time, here or in another process, waits. */
    public void write(ByteBuffer bytes, EngineRecord engineRecord) {
        synchronized (WRITING) {
            try {
                Files.createDirectories(engine.toAbsolutePath().getParent());
                try (FileChannel lock =
                        FileChannel.open(sibling(".", ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    var unused = lock.lock();
                    finishWhatWasInterrupted();
                    writeNext(bytes);
                    writeRecord(engineRecord);
                    replace(nextFile(), engine);
                }
            } catch (IOException e) {
                throw new ModelException(engine + ": cannot be written (" + e + ").", e);
            }
        }
    }

    /** An ENGINE.next that the record tells of is the engine: the step that is left to do is done before the file is written anew. */
    private void finishWhatWasInterrupted() throws IOException {
        if (Files.isRegularFile(nextFile()) && Files.isRegularFile(recordFile())) {
            boolean isEngine = false;
            try {
                isEngine = bytes(nextFile(), readRecord()).isPresent();
            } catch (ModelException e) {
                // A broken record tells of no engine, and is replaced.
            }
            if (isEngine) {
                replace(nextFile(), engine);
            }
        }
    }

    private void writeNext(ByteBuffer bytes) throws IOException {
        try (FileChannel out = FileChannel.open(
                nextFile(),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            for (ByteBuffer rest = bytes.duplicate(); rest.hasRemaining(); ) {
                out.write(rest);
            }
            out.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(nextFile());
            throw e;
        }
    }

    private void writeRecord(EngineRecord engineRecord) throws IOException {
        Path fresh = sibling(".", ".json.partial");
        try {
            Files.writeString(fresh, MAPPER.writeValueAsString(engineRecord) + "\n");
            replace(fresh, recordFile());
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            Files.deleteIfExists(nextFile());
            throw e;
        }
    }

    private static void replace(Path fresh, Path old) throws IOException {
        Files.move(fresh, old, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Reads the record.
     *
     * @throws ModelException if it is missing, broken or of another format
     */
    public EngineRecord readRecord() {
        Path file = recordFile();
        if (!exists()) {
            throw new ModelException(engine + ": expected an engine with its record " + file.getFileName()
                    + " beside it, found no " + (hasEngine() ? "record." : "engine."));
        }
        try {
            JsonNode tree = MAPPER.readTree(file.toFile());
            int format = tree.path("format").asInt();
            if (format != EngineRecord.FORMAT) {
                throw new ModelException(file + ": expected a record of format " + EngineRecord.FORMAT + ", found "
                        + tree.path("format") + "; build the engine anew.");
            }
            return MAPPER.treeToValue(tree, EngineRecord.class);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    file + ": expected the record of an engine, found that it is broken ("
                            + BrokenJson.problem(e.getOriginalMessage()) + "); build the engine anew.",
                    e);
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read (" + e + ").", e);
        }
    }

    /**
     * Reads the record and maps the engine.
     *
     * @throws ModelException if one is missing, the record is broken, or the engine's bytes are not those that it tells of
     */
    public Saved read() {
        for (int attempt = 1; ; attempt++) {
            EngineRecord engineRecord = readRecord();
            try {
                Optional<ByteBuffer> bytes = bytes(engine, engineRecord);
                if (bytes.isEmpty()) {
                    bytes = bytes(nextFile(), engineRecord);
                }
                if (bytes.isPresent()) {
                    return new Saved(engineRecord, bytes.get());
                }
                if (attempt == ATTEMPTS) {
                    throw new ModelException(engine + ": expected the " + engineRecord.engineBytes()
                            + " bytes that its record tells of, found "
                            + (Files.isRegularFile(engine) && Files.size(engine) != engineRecord.engineBytes()
                                    ? String.valueOf(Files.size(engine))
                                    : "others")
                            + "; build the engine anew.");
                }
            } catch (IOException e) {
                throw new ModelException(engine + ": cannot be read (" + e + ").", e);
            }
        }
    }

    /** The file, if it is there and has the bytes that the record tells of. */
    private static Optional<ByteBuffer> bytes(Path file, EngineRecord engineRecord) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (in.size() != engineRecord.engineBytes()) {
                return Optional.empty();
            }
            ByteBuffer bytes = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
            return Optional.of(bytes).filter(each -> Sha256.of(each).equals(engineRecord.engineSha256()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The record as its file holds it. */
    public static ObjectNode json(EngineRecord engineRecord) {
        return MAPPER.valueToTree(engineRecord);
    }
}
