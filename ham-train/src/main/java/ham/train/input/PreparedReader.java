package ham.train.input;

import ham.runtime.preprocess.Preprocessing;
import ham.train.data.Examples;
import java.util.List;
import java.util.Optional;

/**
 * An {@link ImageReader} to which some sets are known as {@link PreparedImages}: their images are decoded and resized once, however often they
 * are opened.
 *
 * @param preprocessing the model's own
 * @param prepared by it, of sets which are told apart by identity
 */
public record PreparedReader(Preprocessing preprocessing, List<PreparedImages> prepared) implements InputReader {
    public PreparedReader {
        prepared = List.copyOf(prepared);
    }

    @Override
    public InputSource open(Examples set, int... indices) {
        Optional<PreparedImages> known = known(set);
        return known.isPresent()
                ? new ImageSource(
                        known.get(),
                        known.get().original(),
                        indices,
                        known.get().normalisation(),
                        preprocessing)
                : new ImageReader(preprocessing).open(set, indices);
    }

    @Override
    public void forget(Examples set, int... indices) {
        known(set).ifPresent(images -> images.forget(indices));
    }

    private Optional<PreparedImages> known(Examples set) {
        return prepared.stream().filter(each -> each.original() == set).findFirst();
    }
}
