package ham.merge.head;

import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code heads.safetensors}: the head of every adapter of a merge, each as in {@link HeadFile} with the adapter's place in the order of the
 * merge before its names ({@code 3.weight}, {@code 3.bias}; metadata {@code 3.head}, {@code 3.classes}). Analytic heads that have one
 * projection share the tensor {@code projection}; where theirs differ, each has its own or what it is made of ({@code 3.projection} and the
 * like, as {@link Projection} has them). Heads are read when they are asked for.
 */
public final class HeadsFile {
    private final SafetensorsFile file;
    private Projection shared;

    private HeadsFile(SafetensorsFile file) {
        this.file = file;
    }

    /** Writes heads; an adapter without one leaves its place empty. */
    public static void write(Path file, List<Optional<NamedHead>> heads) {
        SafetensorsWriter writer = new SafetensorsWriter();
        List<Projection> projections = heads.stream()
                .flatMap(Optional::stream)
                .map(NamedHead::head)
                .filter(AnalyticHead.class::isInstance)
                .map(head -> ((AnalyticHead) head).projection())
                .toList();
        boolean oneProjection = projections.stream().allMatch(each -> each.equals(projections.get(0)));
        if (oneProjection && !projections.isEmpty()) {
            projections.get(0).writeNumbers(writer, "");
        }
        for (int i = 0; i < heads.size(); i++) {
            if (heads.get(i).isPresent()) {
                HeadFile.add(writer, prefix(i), heads.get(i).get());
                if (!oneProjection && heads.get(i).get().head() instanceof AnalyticHead analytic) {
                    analytic.projection().writeShort(writer, prefix(i));
                }
            }
        }
        writer.write(file);
    }

    /**
     * Opens a file.
     *
     * @param adapters how many adapters the merge has
     * @throws InputException when it is missing or damaged, or has a head for an adapter that there is not
     */
    public static HeadsFile open(Path path, int adapters) {
        SafetensorsFile file = SafetensorsFile.open(path);
        for (String key : file.metadata().keySet()) {
            if (!key.matches("(0|[1-9][0-9]{0,8})\\.(head|classes|projection|" + HeadFile.FEATURE + "|"
                            + HeadFile.FEATURE_BLOCKS + ")")
                    || Integer.parseInt(key.substring(0, key.indexOf('.'))) >= adapters) {
                throw new InputException(
                        path,
                        "expected metadata 'N.head', 'N.classes', 'N.projection', 'N.feature' and 'N.feature_blocks' with N below "
                                + adapters + ", the number of adapters, found '" + key + "'");
            }
        }
        return new HeadsFile(file);
    }

    /**
     * The head of an adapter, empty when it has none.
     *
     * @throws InputException when its tensors do not fit together
     */
    public Optional<NamedHead> head(int adapter) {
        String prefix = prefix(adapter);
        if (!file.metadata().containsKey(prefix + "head")
                && !file.metadata().containsKey(prefix + "classes")
                && !file.has(prefix + "weight")) {
            return Optional.empty();
        }
        return Optional.of(HeadFile.read(file, prefix, () -> projection(prefix)));
    }

    private synchronized Projection projection(String prefix) {
        if (Projection.isIn(file, prefix)) {
            return Projection.read(file, prefix);
        }
        if (shared == null) {
            shared = Projection.read(file, "");
        }
        return shared;
    }

    private static String prefix(int adapter) {
        return adapter + ".";
    }
}
