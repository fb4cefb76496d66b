package ham.export.fleet;

import ham.common.Sha256;
import ham.export.patch.ModelPatch;
import ham.merge.InputException;
import ham.runtime.onnx.ExternalData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model on a device, which is replaced as a whole: whoever opens it, and whenever power is lost, finds the old model or the new one.
 *
 * <p>Beside {@code MODEL} lie {@code MODEL.previous}, to which it can be rolled back, and {@code MODEL.journal}. External data of a new model has a name
 * that the old one does not know, so the rename of the model file alone decides which of both is there. In order: the new data and the new model are
 * written under temporary names and brought to the disk; the data gets its name; the journal says what comes; {@code MODEL.previous} becomes a second
 * name of the old model; the new model gets the name. One process at a time changes the models of a folder.
 */
public final class Installation {
    private static final String NEW = ".new";

    private final Path model;
    private final Disk disk;

    /** The model at that path. */
    public Installation(Path model) {
        this(model, Disk.REAL);
    }

    Installation(Path model, Disk disk) {
        this.model = model.toAbsolutePath().normalize();
        this.disk = disk;
    }

    /** Where the model was put that an update replaced. */
    public Path previous() {
        return beside(model.getFileName() + ".previous");
    }

    private Path journal() {
        return beside(model.getFileName() + ".journal");
    }

    private Path temporary(String name) {
        return beside("." + name + NEW);
    }

    private Path beside(String name) {
        return model.resolveSibling(name);
    }

    /**
     * Applies an update.
     *
     * @param check looks at the new model before it takes the place of the old one, and throws where it is not to
     * @return SHA-256 of the new model file
     * @throws InputException when the update was made for another model, or does not follow the update that made this one
     */
    public String apply(Update update, Consumer<Path> check) {
        return apply(update, true, check);
    }

    /** As {@link #apply(Update, Consumer)}, of a patch that stands in no chain and follows whatever made its base. */
    String applyAlone(Update patch, Consumer<Path> check) {
        return apply(patch, false, check);
    }

    private String apply(Update update, boolean chained, Consumer<Path> check) {
        UpdateContent content = update.content();
        return alone(stems(content), () -> {
            Journal journal = Journal.read(journal());
            String found = requireBase(update, chained, journal);
            for (int i = 0; i < content.files().size(); i++) {
                write(update, i);
            }
            Path next = temporary(model.getFileName().toString());
            check.accept(next);
            replace(next, journal, new Journal.Step(found, content.result(), update.sha256()));
            return content.result();
        });
    }

    /**
     * Puts the previous model back; the one that was there becomes the previous one, so doing it twice changes nothing.
     *
     * @return SHA-256 of the model file that is there now
     * @throws InputException when there is no previous model
     */
    public String rollBack() {
        return alone(Set.of(), () -> {
            if (!Files.exists(previous())) {
                throw new InputException(previous(), "expected the previous model, found nothing to roll back to");
            }
            Journal journal = Journal.read(journal());
            String from = Sha256.of(model);
            String to = Sha256.of(previous());
            if (from.equals(to)) {
                throw new InputException(previous(), "expected another model than " + model + ", found the same one");
            }
            Path next = temporary(model.getFileName().toString());
            disk.link(next, previous());
            disk.sync(next);
            replace(
                    next,
                    journal,
                    new Journal.Step(from, to, journal.updateOf(to).orElse("")));
            return to;
        });
    }

    private void replace(Path next, Journal journal, Journal.Step step) throws IOException {
        Path said = temporary(journal().getFileName().toString());
        disk.write(said, journal.with(step).bytes());
        disk.sync(said);
        disk.rename(said, journal());
        Path kept = temporary(previous().getFileName().toString());
        disk.link(kept, model);
        disk.rename(kept, previous());
        disk.syncFolder(model.getParent());
        disk.rename(next, model);
        disk.syncFolder(model.getParent());
        clean(Set.of());
    }

    /** What its data is called, which no model here needs to know yet. */
    private static Set<String> stems(UpdateContent content) {
        return content.files().stream()
                .filter(each -> !each.isModel())
                .map(each -> DataNames.stem(each.to()))
                .collect(Collectors.toSet());
    }

    private String requireBase(Update update, boolean chained, Journal journal) throws IOException {
        UpdateContent content = update.content();
        if (!Files.isRegularFile(model)) {
            throw new InputException(model, "expected the model that the update is for, found nothing");
        }
        String found = Sha256.of(model);
        if (found.equals(content.result())) {
            throw new InputException(
                    model, "is what the update " + update.file() + " makes already; there is nothing to apply");
        }
        if (!found.equals(content.base())) {
            throw new InputException(
                    model,
                    "is not the model that the update " + update.file() + " was made for: expected SHA-256 "
                            + content.base() + ", found " + found + "; apply the updates in their order");
        }
        String made = journal.updateOf(found).orElse("");
        if (chained && !made.isEmpty() && !made.equals(content.previous())) {
            throw new InputException(
                    update.file(),
                    "expected to follow the update that made the model, " + made + ", found that it follows "
                            + (content.previous().isEmpty() ? "none" : content.previous())
                            + "; sign it after that one");
        }
        return found;
    }

    /** Writes one file of the new model; external data gets its name, of which the old model knows nothing. */
    private void write(Update update, int index) throws IOException {
        UpdateContent.FileChange change = update.content().files().get(index);
        Path from = change.from().isEmpty() ? model : beside(change.from());
        Path to = change.isModel() ? model : beside(change.to());
        if (!change.isModel() && Files.exists(to)) {
            if (Sha256.of(to).equals(change.resultSha256())) {
                return;
            }
            throw new InputException(to, "expected no file of the new model, found one of another content; remove it");
        }
        Path patch = temporary(to.getFileName() + ".hampatch");
        Path target = temporary(to.getFileName().toString());
        update.extract(index, patch);
        String made = ModelPatch.apply(patch, from, target);
        disk.delete(patch);
        if (!made.equals(change.resultSha256())) {
            throw new InputException(
                    update.file(), "expected a file of SHA-256 " + change.resultSha256() + ", made " + made);
        }
        disk.sync(target);
        if (!change.isModel()) {
            disk.rename(target, to);
            disk.syncFolder(model.getParent());
        }
    }

    /**
     * Removes what a loss of power left behind: temporary files of this model, and data that updates made of which no model in the folder knows. Done
     * by itself before anything else.
     *
     * @param coming stems of data that an update makes, beside those that the models here know
     */
    private void clean(Set<String> coming) throws IOException {
        Set<String> known = new TreeSet<>();
        Set<String> own = new TreeSet<>(coming);
        own.add(model.getFileName().toString());
        List<Path> entries;
        try (Stream<Path> files = Files.list(model.getParent())) {
            entries = files.filter(Files::isRegularFile).toList();
        }
        for (Path each : entries) {
            String name = each.getFileName().toString();
            boolean ours = each.equals(model) || each.equals(previous());
            if (ours || name.endsWith(".onnx") || name.endsWith(".onnx.previous")) {
                Set<String> locations = ExternalData.locations(each);
                known.addAll(locations);
                if (ours) {
                    locations.forEach(location -> own.add(DataNames.stem(location)));
                }
            }
        }
        for (Path each : entries) {
            String name = each.getFileName().toString();
            String stem = name.replaceFirst("^\\.+", "");
            boolean temporary = name.startsWith(".")
                    && (name.endsWith(NEW) || name.contains(NEW + ".tmp-"))
                    && own.stream().anyMatch(stem::startsWith);
            boolean data = DataNames.isMade(name) && own.contains(DataNames.stem(name)) && !known.contains(name);
            if (temporary || data) {
                disk.delete(each);
            }
        }
    }

    private <T> T attempt(Set<String> coming, Work<T> work) throws IOException {
        try {
            clean(coming);
            return work.run();
        } catch (IOException | RuntimeException e) {
            cleanAfter(e, coming);
            throw e;
        }
    }

    /** What failed leaves nothing behind, as far as the disk lets it. */
    private void cleanAfter(Exception failure, Set<String> coming) {
        try {
            clean(coming);
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private <T> T alone(Set<String> coming, Work<T> work) {
        Path lock = beside(".ham.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                throw busy();
            }
            return attempt(coming, work);
        } catch (OverlappingFileLockException e) {
            throw busy();
        } catch (IOException e) {
            throw InputException.unwritable(model, e);
        } catch (UncheckedIOException e) {
            throw InputException.unwritable(model, e.getCause());
        }
    }

    private InputException busy() {
        return new InputException(model, "is being changed by another process; try again when that is done");
    }

    /** What is done under the lock. */
    private interface Work<T> {
        T run() throws IOException;
    }
}
