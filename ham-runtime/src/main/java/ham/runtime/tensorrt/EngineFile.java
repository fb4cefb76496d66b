package ham.runtime.tensorrt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.runtime.ModelException;
import ham.runtime.hash.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An engine on disk: ENGINE and, beside it, ENGINE.json. Both are written under temporary names and renamed, the record last; an engine without
 * its record, or with the record of other bytes, is refused.
 */
final class EngineFile {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private final Path engine;

    EngineFile(Path engine) {
        this.engine = engine;
    }

    Path path() {
        return engine;
    }

    private Path recordFile() {
        return engine.resolveSibling(engine.getFileName() + ".json");
    }

    /** Whether both files are there. */
    boolean exists() {
        return Files.isRegularFile(engine) && Files.isRegularFile(recordFile());
    }

    /** Writes both files; what stood there before is replaced. */
    void write(ByteBuffer bytes, EngineRecord engineRecord) {
        Path temporaryEngine = temporary(engine);
        Path temporaryRecord = temporary(recordFile());
        try {
            Files.createDirectories(engine.toAbsolutePath().getParent());
            try (FileChannel out = FileChannel.open(
                    temporaryEngine,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                for (ByteBuffer rest = bytes.duplicate(); rest.hasRemaining(); ) {
                    out.write(rest);
                }
                out.force(true);
            }
            Files.writeString(temporaryRecord, MAPPER.writeValueAsString(engineRecord) + "\n");
            Files.move(temporaryEngine, engine, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            Files.move(
                    temporaryRecord, recordFile(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ModelException(engine + ": cannot be written (" + e + ").", e);
        } finally {
            delete(temporaryEngine);
            delete(temporaryRecord);
        }
    }

    /**
     * Reads the record.
     *
     * @throws ModelException if it is missing, broken or of another format
     */
    EngineRecord readRecord() {
        Path file = recordFile();
        if (!Files.isRegularFile(engine) || !Files.isRegularFile(file)) {
            throw new ModelException(engine + ": expected an engine with its record " + file.getFileName()
                    + " beside it, found no " + (Files.isRegularFile(engine) ? "record." : "engine."));
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
                    file + ": expected the record of an engine, found that it is broken (" + e.getOriginalMessage()
                            + "); build the engine anew.",
                    e);
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read (" + e + ").", e);
        }
    }

    /**
     * Maps the engine.
     *
     * @return direct, read only
     * @throws ModelException if its bytes are not those that the record tells of
     */
    ByteBuffer readBytes(EngineRecord engineRecord) {
        ByteBuffer bytes;
        try (FileChannel in = FileChannel.open(engine, StandardOpenOption.READ)) {
            if (in.size() != engineRecord.engineBytes()) {
                throw new ModelException(engine + ": expected " + engineRecord.engineBytes()
                        + " bytes as its record says, found " + in.size() + "; build the engine anew.");
            }
            bytes = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
        } catch (IOException e) {
            throw new ModelException(engine + ": cannot be read (" + e + ").", e);
        }
        if (!Sha256.of(bytes).equals(engineRecord.engineSha256())) {
            throw new ModelException(
                    engine + ": expected the bytes that its record tells of, found others; build the engine anew.");
        }
        return bytes;
    }

    /** The record as its file holds it. */
    static ObjectNode json(EngineRecord engineRecord) {
        return MAPPER.valueToTree(engineRecord);
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // A temporary file that stays does no harm.
            file.toFile().deleteOnExit();
        }
    }
}
