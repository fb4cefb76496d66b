package ham.export.fleet;

import ham.common.HamException;
import ham.common.Sha256;
import ham.merge.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.PublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Applies updates that are put beside the models they are for. An update is looked at once it was the same at two looks, so that a copy under way
 * is not taken; then it is applied to the model that it was made for and called {@code NAME.applied}, so that a roll-back is not undone. One that
 * cannot be applied stays, and is tried again when it changes or a model beside it does: updates of a chain may come in any order. Not safe for use
 * by several threads.
 */
public final class UpdateFolder {
    /** A Triton repository has its models three folders deep: MODEL/VERSION/model.onnx. */
    private static final int DEPTH = 3;

    private final Path root;
    private final Optional<PublicKey> key;
    private final Listener listener;
    private final Map<Path, String> last = new HashMap<>();
    private final Map<Path, String> done = new HashMap<>();
    private final Map<String, String> hashes = new HashMap<>();

    /**
     * Updates of a model, or of the models in a folder and in those below it.
     *
     * @param root a model file, or a folder of them
     * @param key whose signature updates must have; empty to take any, and none
     */
    public UpdateFolder(Path root, Optional<PublicKey> key, Listener listener) {
        this.root = root.toAbsolutePath().normalize();
        this.key = key;
        this.listener = listener;
    }

    /** Who hears of updates. */
    public interface Listener {
        /** A model took the place of another. */
        void applied(Path model, Path update);

        /** An update was not applied. */
        void refused(Path update, RuntimeException reason);
    }

    /** Looks once, and applies what can be. */
    public void look() {
        Map<Path, String> there = new HashMap<>();
        files(DeliveredUpdate.UPDATE, DeliveredUpdate.PATCH).forEach(update -> there.put(update, stamp(update)));
        List<Path> settled = there.keySet().stream()
                .filter(update -> there.get(update).equals(last.get(update)))
                .sorted()
                .toList();
        last.clear();
        last.putAll(there);
        done.keySet().retainAll(there.keySet());
        boolean more = true;
        while (more) {
            more = false;
            for (Path update : settled) {
                more |= Files.exists(update) && look(update);
            }
        }
    }

    /** Whether it was applied, so that another one of the chain may now be. */
    private boolean look(Path update) {
        List<Path> models = modelsBeside(update);
        StringBuilder state = new StringBuilder(stamp(update));
        models.forEach(model -> state.append('\n').append(stamp(model)));
        if (state.toString().equals(done.put(update, state.toString()))) {
            return false;
        }
        try {
            UpdateContent content = DeliveredUpdate.use(update, key, Update::content);
            for (Path model : models) {
                String hash = hashes.computeIfAbsent(stamp(model), stamp -> hash(model));
                if (hash.equals(content.result())) {
                    return away(update);
                }
                if (hash.equals(content.base())) {
                    DeliveredUpdate.install(model, update, key);
                    listener.applied(model, update);
                    return away(update);
                }
            }
            throw new InputException(
                    update,
                    "is for a model of SHA-256 " + content.base()
                            + ", found none beside it; it is tried again when a model changes");
        } catch (HamException e) {
            listener.refused(update, e);
            return false;
        }
    }

    private boolean away(Path update) {
        try {
            Files.move(
                    update,
                    update.resolveSibling(update.getFileName() + ".applied"),
                    StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            listener.refused(update, InputException.unwritable(update, e));
            return false;
        }
    }

    private List<Path> modelsBeside(Path update) {
        if (!Files.isDirectory(root)) {
            return List.of(root);
        }
        return files(".onnx").stream()
                .filter(each -> each.getParent().equals(update.getParent()))
                .toList();
    }

    private List<Path> files(String... endings) {
        boolean folder = Files.isDirectory(root);
        try (Stream<Path> all = Files.find(
                folder ? root : root.getParent(),
                folder ? DEPTH : 1,
                (file, attributes) -> attributes.isRegularFile())) {
            return all.filter(each -> {
                        String name = each.getFileName().toString();
                        return !name.startsWith(".") && Stream.of(endings).anyMatch(name::endsWith);
                    })
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            // A folder that cannot be read for a moment is read at the next look.
            return List.of();
        }
    }

    private static String hash(Path model) {
        try {
            return Sha256.of(model);
        } catch (IOException e) {
            throw InputException.unreadable(model, e);
        }
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return file + " " + found.lastModifiedTime() + " " + found.size() + " " + found.fileKey();
        } catch (IOException e) {
            return file + " -";
        }
    }
}
