package ham.train.metrics;

import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code predictions.safetensors} of a run: what was answered for every test image after the last task, int16.
 *
 * @param labels label of every test image of the data set, in its order; -1 where the image is of no task
 * @param answers by variant ({@code ham/analytic}): the label that was answered for each
 */
@SuppressWarnings("ArrayRecordComponent")
public record Predictions(short[] labels, SortedMap<String, short[]> answers) {
    /** Its name in a run folder. */
    public static final String FILE = "predictions.safetensors";

    private static final String LABELS = "labels";

    /** Writes the file. */
    public void write(Path file) {
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, LABELS, labels);
        answers.forEach((variant, each) -> add(writer, variant, each));
        writer.write(file);
    }

    private static void add(SafetensorsWriter writer, String name, short[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(values);
        writer.add(name, DType.I16, List.of((long) values.length), bytes);
    }

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException when it is missing or damaged
     */
    public static Predictions read(Path file) {
        SafetensorsFile found = SafetensorsFile.open(file);
        SortedMap<String, short[]> answers = new TreeMap<>();
        for (String name : new ArrayList<>(found.names())) {
            short[] values = new short[(int) found.info(name).elements()];
            found.bytes(name).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(values);
            answers.put(name, values);
        }
        return new Predictions(answers.remove(LABELS), answers);
    }

    /** Whether each image of a task was answered right by a variant. */
    public boolean[] right(String variant) {
        short[] answered = answers.get(variant);
        List<Boolean> right = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0) {
                right.add(labels[i] == answered[i]);
            }
        }
        boolean[] all = new boolean[right.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = right.get(i);
        }
        return all;
    }
}
