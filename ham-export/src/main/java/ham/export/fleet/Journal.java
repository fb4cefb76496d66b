package ham.export.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was done to a model, the last at the end. A step stands here before it is done: whether it was, the hash of the model tells.
 *
 * @param steps at most {@value #MOST}
 */
record Journal(List<Step> steps) {
    private static final int MOST = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    Journal {
        steps = List.copyOf(steps);
    }

    /**
     * A model takes the place of another.
     *
     * @param from SHA-256 of the model file that was there
     * @param to SHA-256 of that which comes
     * @param update which update made it, by hash; empty where none is known
     */
    record Step(String from, String to, String update) {}

    /**
     * Reads a journal; an empty one where there is none.
     *
     * @throws InputException when it is broken
     */
    static Journal read(Path file) {
        if (!Files.exists(file)) {
            return new Journal(List.of());
        }
        try {
            return JSON.readValue(Files.readAllBytes(file), Journal.class);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file,
                    "expected the journal of a model, found something else; remove it if the model beside it is right",
                    e);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    byte[] bytes() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same with one step more. */
    Journal with(Step step) {
        List<Step> all = new ArrayList<>(steps);
        all.add(step);
        return new Journal(all.subList(Math.max(0, all.size() - MOST), all.size()));
    }

    /** Which update made a model, by the hash of its file. */
    Optional<String> updateOf(String model) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i).to().equals(model) && !steps.get(i).update().isEmpty()) {
                return Optional.of(steps.get(i).update());
            }
        }
        return Optional.empty();
    }
}
