package ham.train.lora;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.train.optimize.FloatArray;
import ham.train.optimize.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a task that is being trained is kept, so that training goes on after a kill and ends the same, bit for bit on a CPU: every
 * parameter with Adam's moments, and how far training came. Order of images and random numbers follow from (seed, task, epoch).
 *
 * <p>A safetensors file: {@code NAME}, {@code NAME.first}, {@code NAME.second} for every parameter, and in its metadata {@code steps}
 * done, {@code of} (what is trained and how), {@code epochs} (sums of each: images, correct, loss), {@code seconds} of training.
 *
 * @param file replaced as a whole whenever the task is saved
 * @param every how long training goes on before it is saved again
 */
public record TaskCheckpoint(Path file, Duration every) {
    /**
     * How far training came.
     *
     * @param steps done
     * @param epochs sums of every epoch that has begun
     * @param seconds that this took, over all processes
     */
    record Position(int steps, List<EpochCount> epochs, double seconds) {
        static final Position START = new Position(0, List.of(), 0);
    }

    /** @param of what is trained and how: a checkpoint of something else is refused when it is read */
    void write(String of, Position position, List<Parameter> parameters) {
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("of", of)
                .metadata("steps", Integer.toString(position.steps()))
                .metadata("seconds", Double.toString(position.seconds()))
                .metadata(
                        "epochs",
                        position.epochs().stream()
                                .map(epoch -> epoch.images() + " " + epoch.correct() + " " + epoch.loss())
                                .collect(Collectors.joining("\n")));
        for (Parameter parameter : parameters) {
            List<Long> shape = Arrays.stream(parameter.shape()).boxed().toList();
            writer.add(parameter.name(), shape, parameter.value().values());
            writer.add(
                    parameter.name() + ".first", shape, parameter.firstMoment().values());
            writer.add(
                    parameter.name() + ".second",
                    shape,
                    parameter.secondMoment().values());
        }
        Outputs.file(file, true, writer::write);
    }

    /**
     * Sets parameters and moments to where they were; leaves them alone and gives the start if nothing was saved.
     *
     * @throws InputException if the file is of another task or configuration
     */
    Position read(String of, List<Parameter> parameters) {
        if (!Files.exists(file)) {
            return Position.START;
        }
        SafetensorsFile saved = SafetensorsFile.open(file);
        String found = saved.metadata().getOrDefault("of", "something else");
        if (!found.equals(of)) {
            throw new InputException(
                    file,
                    "expected a checkpoint of " + of + ", found one of " + found
                            + "; delete it to begin the task anew");
        }
        for (Parameter parameter : parameters) {
            set(parameter.value(), saved, parameter.name());
            set(parameter.firstMoment(), saved, parameter.name() + ".first");
            set(parameter.secondMoment(), saved, parameter.name() + ".second");
        }
        try {
            List<EpochCount> epochs = new ArrayList<>();
            for (String line : saved.metadata().getOrDefault("epochs", "").split("\n", -1)) {
                String[] sums = line.split(" ", -1);
                epochs.add(
                        new EpochCount(Long.parseLong(sums[0]), Long.parseLong(sums[1]), Double.parseDouble(sums[2])));
            }
            return new Position(
                    Integer.parseInt(saved.metadata().getOrDefault("steps", "")),
                    epochs,
                    Double.parseDouble(saved.metadata().getOrDefault("seconds", "0")));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new InputException(
                    file,
                    "expected how far training came in its metadata, found " + saved.metadata() + "; delete it",
                    e);
        }
    }

    private void set(FloatArray floats, SafetensorsFile saved, String name) {
        float[] values = saved.floats(name);
        if (values.length != floats.size()) {
            throw new InputException(
                    file,
                    "expected " + floats.size() + " values of " + name + ", found " + values.length + "; delete it");
        }
        floats.set(values);
    }
}
