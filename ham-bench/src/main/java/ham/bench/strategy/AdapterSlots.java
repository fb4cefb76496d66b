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
    private final BoundCache<AdaptedBound> bounds;

    AdapterSlots(Path base, List<Path> files, SessionSettings settings) {
        model = AdaptedModel.open(base, settings);
        try {
            names = IntStream.range(0, files.size()).mapToObj(String::valueOf).toList();
            names.forEach(name -> model.load(name, files.get(Integer.parseInt(name))));
            Images images = Images.of(base.toString(), model.input());
            bounds = new BoundCache<>(images, key -> model.bind(images.shape(BoundCache.count(key))));
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
        AdaptedBound bound = bounds.get(0, images);
        bound.use(names.get(slot));
        return bound;
    }

    @Override
    public void close() {
        bounds.close();
        model.close();
    }
}
