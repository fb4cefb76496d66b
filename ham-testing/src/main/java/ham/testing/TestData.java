package ham.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Where the tests' inputs are, and altered copies of them. */
public final class TestData {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TestData() {}

    /** A file or folder under {@code testdata/}. */
    public static Path path(String relative) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(relative);
    }

    /** The bytes of a file under {@code testdata/}. */
    public static byte[] bytes(String relative) {
        try {
            return Files.readAllBytes(path(relative));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JSON in a file under {@code testdata/}. */
    public static JsonNode json(String relative) {
        try {
            return JSON.readTree(bytes(relative));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the files of a folder under {@code testdata/} into a new folder. */
    public static Path copy(String relative, Path target) {
        try (Stream<Path> files = Files.list(path(relative))) {
            Files.createDirectories(target);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes a JSON object in place. */
    public static void edit(Path file, Consumer<ObjectNode> change) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
            change.accept(json);
            Files.writeString(file, json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets one key of a JSON object to a value written as JSON, or removes it when that is empty. */
    public static void set(Path file, String key, String value) {
        edit(file, json -> {
            try {
                if (value.isEmpty()) {
                    json.remove(key);
                } else {
                    json.set(key, JSON.readTree(value));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Names of what a folder holds, sorted. */
    public static List<String> entries(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
