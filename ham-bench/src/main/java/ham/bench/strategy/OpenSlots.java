package ham.bench.strategy;

import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A session for every file, all of them open. */
final class OpenSlots implements Slots {
    private final List<OnnxModel> models = new ArrayList<>();
    private final BoundCache<Bound> bounds;

    /** Opens all; what is open already is closed when one of them fails. */
    OpenSlots(List<Path> files, SessionSettings settings, int tokens) {
        try {
            files.forEach(file -> models.add(OnnxModel.open(file, settings)));
            OnnxModel first = models.get(0);
            Requests requests = Requests.of(first.name(), first.inputs(), tokens);
            bounds = new BoundCache<>(key -> requests.bind(models.get(BoundCache.slot(key)), BoundCache.count(key)));
        } catch (RuntimeException e) {
            models.forEach(OnnxModel::close);
            throw e;
        }
    }

    @Override
    public int count() {
        return models.size();
    }

    @Override
    public Bound bound(int slot, int images) {
        return bounds.get(slot, images);
    }

    @Override
    public void close() {
        bounds.close();
        models.forEach(OnnxModel::close);
    }
}
