package ham.train.data;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What happens when images of a data set cannot be decoded. Every image is decoded once, before anything is trained. */
public enum BadImages {
    /** The data set is refused. */
    STOP,
    /** The data set is used without them. */
    SKIP;

    private static final int NAMED = 5;

    /** The name in options and records. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * A data set all of whose images can be decoded.
     *
     * @param folder where it is, for messages
     * @param skipped told what is wrong with each image that is left out
     * @throws InputException naming the images, where they are not to be skipped; or naming a class of which none is left
     */
    public Dataset readable(Path folder, Dataset data, Consumer<String> skipped) {
        if (data.isText()) {
            return data;
        }
        SortedMap<Integer, String> training = faults(data.trainImages());
        SortedMap<Integer, String> testing = faults(data.testImages());
        if (training.isEmpty() && testing.isEmpty()) {
            return data;
        }
        List<String> faults = Stream.concat(training.values().stream(), testing.values().stream())
                .toList();
        if (this == STOP) {
            throw new InputException(faults.stream().limit(NAMED).collect(Collectors.joining("; "))
                    + (faults.size() > NAMED ? "; and " + (faults.size() - NAMED) + " more" : "")
                    + "; mend or remove what cannot be read, or leave it out by on-bad-image skip");
        }
        faults.forEach(skipped);
        return new Dataset(
                        without(data.trainImages(), training.keySet()),
                        without(data.testImages(), testing.keySet()),
                        data.classNames(),
                        data.files())
                .complete(folder, data.train().size() == 0 ? Wanted.TEST : Wanted.BOTH);
    }

    /**
     * As {@link #readable}, where images are decoded as they are needed and a damaged one stops the work then: nothing is done beforehand unless
     * such images are left out.
     */
    public Dataset lazily(Path folder, Dataset data, Consumer<String> skipped) {
        return this == STOP ? data : readable(folder, data, skipped);
    }

    /** Index of every image that cannot be decoded, and why. */
    private static SortedMap<Integer, String> faults(ImageSet images) {
        SortedMap<Integer, String> faults = new TreeMap<>();
        IntStream.range(0, images.size()).parallel().forEach(index -> {
            try {
                images.image(index);
            } catch (InputException e) {
                synchronized (faults) {
                    faults.put(index, e.getMessage());
                }
            }
        });
        return faults;
    }

    private static ImageSet without(ImageSet images, Set<Integer> left) {
        return new Part(
                images,
                IntStream.range(0, images.size())
                        .filter(index -> !left.contains(index))
                        .toArray());
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Part(ImageSet whole, int[] indices) implements ImageSet {
        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public int label(int index) {
            return whole.label(indices[index]);
        }

        @Override
        public RgbImage image(int index) {
            return whole.image(indices[index]);
        }
    }
}
