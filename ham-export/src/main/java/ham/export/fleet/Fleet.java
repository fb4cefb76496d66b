package ham.export.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.common.BrokenJson;
import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which device has which model: a file of JSON lines, one a device, in the order of their names, so that two versions of it can be compared by any tool.
 *
 * @param devices by their names
 */
public record Fleet(Map<String, Device> devices) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public Fleet {
        devices = new TreeMap<>(devices);
    }

    /**
     * One line.
     *
     * @param device its name
     * @param model SHA-256 of the model file that it has
     * @param update SHA-256 of the update that made it; empty where none did
     */
    public record Device(String device, String model, String update) {
        public Device {
            if (device == null || device.isBlank() || model == null || !model.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("a device needs a name and the SHA-256 of its model");
            }
            update = update == null ? "" : update;
        }
    }

    /**
     * Reads a manifest; empty where there is none.
     *
     * @throws InputException with the line that is none
     */
    public static Fleet read(Path file) {
        Map<String, Device> devices = new TreeMap<>();
        if (!Files.exists(file)) {
            return new Fleet(devices);
        }
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                Device device = device(file, number, line);
                if (devices.put(device.device(), device) != null) {
                    throw new InputException(
                            file, "expected every device once, found " + device.device() + " again in line " + number);
                }
            }
            return new Fleet(devices);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    private static Device device(Path file, int number, String line) {
        try {
            return JSON.readValue(line, Device.class);
        } catch (JsonProcessingException e) {
            throw new InputException(
                    file,
                    "expected a line of JSON with device, model and update, found something else in line " + number
                            + " ("
                            + BrokenJson.problem(e.getOriginalMessage()) + ")",
                    e);
        }
    }

    /** The same with a device that has that model. */
    public Fleet with(String device, Path model) {
        try {
            String hash = Sha256.of(model);
            Path journal = model.resolveSibling(model.getFileName() + ".journal");
            Map<String, Device> all = new TreeMap<>(devices);
            all.put(
                    device,
                    new Device(
                            device, hash, Journal.read(journal).updateOf(hash).orElse("")));
            return new Fleet(all);
        } catch (IOException e) {
            throw InputException.unreadable(model, e);
        }
    }

    /** Writes the manifest. */
    public void write(Path file) {
        StringBuilder text = new StringBuilder();
        try {
            for (Device each : devices.values()) {
                text.append(JSON.writeValueAsString(each)).append('\n');
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        Outputs.file(file, true, temporary -> Files.writeString(temporary, text));
    }

    /**
     * Where every device stands in a chain of updates.
     *
     * @param chain in its order
     * @throws InputException when an update does not follow the one before it
     */
    public List<Position> positions(List<Update> chain) {
        for (int i = 1; i < chain.size(); i++) {
            UpdateContent content = chain.get(i).content();
            if (!content.previous().equals(chain.get(i - 1).sha256())
                    || !content.base().equals(chain.get(i - 1).content().result())) {
                throw new InputException(
                        chain.get(i).file(),
                        "expected to follow " + chain.get(i - 1).file() + ", found that it follows "
                                + (content.previous().isEmpty() ? "none" : content.previous()));
            }
        }
        List<Position> positions = new ArrayList<>();
        for (Device device : devices.values()) {
            Optional<Integer> missing = Optional.empty();
            for (int i = 0; i < chain.size(); i++) {
                UpdateContent content = chain.get(i).content();
                if (i == 0 && content.base().equals(device.model())) {
                    missing = Optional.of(chain.size());
                }
                if (content.result().equals(device.model())) {
                    missing = Optional.of(chain.size() - 1 - i);
                }
            }
            positions.add(new Position(device, missing));
        }
        return positions;
    }

    /**
     * A device in a chain.
     *
     * @param device which
     * @param missing how many updates it has not; empty when its model stands nowhere in the chain
     */
    public record Position(Device device, Optional<Integer> missing) {}
}
