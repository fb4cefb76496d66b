package ham.export.bake.read;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files beside a model that hold values of its tensors; none may lie outside the model's folder. */
public final class ExternalFiles implements AutoCloseable {

    private final Path model;
    private final Path folder;
    private final Map<Path, ByteFile> open = new LinkedHashMap<>();

    /** Files that belong to a model. */
    public ExternalFiles(Path model) {
        this.model = model;
        this.folder = model.toAbsolutePath().normalize().getParent();
    }

    /**
     * A part of such a file.
     *
     * @param source the file
     * @param values the bytes
     */
    record Extent(ByteFile source, Range values) {}

    /**
     * The values of a tensor.
     *
     * @param tensor its name
     * @param entries {@code location}, {@code offset} and {@code length} as the model gives them
     * @throws InputException if the file is missing or outside the model's folder, or too short
     */
    Extent part(String tensor, Map<String, String> entries) {
        String location = entries.getOrDefault("location", "");
        ByteFile source = file(tensor, location);
        long offset = number(tensor, entries, "offset", 0);
        long length = number(tensor, entries, "length", Math.max(0, source.size() - offset));
        if (offset > source.size() || length > source.size() - offset) {
            throw refused(
                    tensor,
                    "expected " + length + " bytes from byte " + offset + " on in the external file " + location
                            + ", found a file of " + source.size() + " bytes");
        }
        return new Extent(source, new Range(offset, offset + length));
    }

    /** The files in the order in which they were first asked for. */
    public Collection<ByteFile> all() {
        return open.values();
    }

    private ByteFile file(String tensor, String location) {
        try {
            Path relative = Path.of(location);
            if (location.isEmpty() || relative.isAbsolute() || location.contains("\\")) {
                throw outside(tensor, location);
            }
            for (Path part : relative) {
                if (part.toString().equals("..")) {
                    throw outside(tensor, location);
                }
            }
            Path file = folder.resolve(relative).normalize();
            if (open.containsKey(file)) {
                return open.get(file);
            }
            if (!Files.isRegularFile(file)) {
                throw refused(
                        tensor, "expected its values in the external file " + file + ", found no such file there");
            }
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw outside(tensor, location);
            }
            ByteFile opened = ByteFile.open(file, "external data of " + model);
            open.put(file, opened);
            return opened;
        } catch (InvalidPathException e) {
            throw outside(tensor, location);
        } catch (IOException e) {
            throw InputException.unreadable(folder.resolve(location), e);
        }
    }

    private InputException outside(String tensor, String location) {
        return refused(
                tensor,
                "expected its external file inside the model's folder, found '" + location
                        + "'; put the file beside the model");
    }

    private long number(String tensor, Map<String, String> entries, String key, long absent) {
        String text = entries.get(key);
        if (text == null) {
            return absent;
        }
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw refused(tensor, "expected the " + key + " of its external data to be a number, found '" + text + "'");
    }

    private InputException refused(String tensor, String problem) {
        return new InputException(model, "tensor '" + tensor + "': " + problem);
    }

    @Override
    public void close() {
        open.values().forEach(ByteFile::close);
    }
}
