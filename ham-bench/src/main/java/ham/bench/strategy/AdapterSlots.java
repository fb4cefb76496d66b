package ham.bench.strategy;

import ham.runtime.model.AdaptedBound;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.Bound;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** The adapters of one session. */
final class AdapterSlots implements Slots {
    private final AdaptedModel model;
    private final List<String> names;
    private final BoundCache<Bound> bounds;
    /** Whether all adapters have the same buffers. */
    private final boolean sharesBuffers;

    AdapterSlots(Path base, List<Path> files, SessionSettings settings, int tokens) {
        model = AdaptedModel.open(base, settings);
        try {
            names = IntStream.range(0, files.size()).mapToObj(String::valueOf).toList();
            names.forEach(name -> model.load(name, files.get(Integer.parseInt(name))));
            if (Requests.of(base.toString(), model.inputs(), tokens) instanceof Texts texts) {
                bounds = new BoundCache<>(key ->
                        texts.bind(BoundCache.count(key), given -> model.run(names.get(BoundCache.slot(key)), given)));
                sharesBuffers = false;
            } else {
                Images images = Images.of(base.toString(), model.input());
                bounds = new BoundCache<>(key -> images.filled(model.bind(images.shape(BoundCache.count(key)))));
                sharesBuffers = true;
            }
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    @Override
    public int count() {
        return names.size();
    }

    @Override
    public Bound bound(int slot, int images) {
        Bound bound = bounds.get(sharesBuffers ? 0 : slot, images);
        if (bound instanceof AdaptedBound adapted) {
            adapted.use(names.get(slot));
        }
        return bound;
    }

    @Override
    public void close() {
        bounds.close();
        model.close();
    }
}
