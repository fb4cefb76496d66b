package ham.bench.strategy;

import ham.runtime.model.Bound;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.List;

/** One session at a time: asking for another file than the last closes it, with its buffers, and opens the other. */
final class ReloadedSlots implements Slots {
    private final List<Path> files;
    private final SessionSettings settings;
    private final int tokens;
    private int current;
    private OpenSlots open;

    ReloadedSlots(List<Path> files, SessionSettings settings, int tokens) {
        this.files = files;
        this.settings = settings;
        this.tokens = tokens;
        this.open = new OpenSlots(files.subList(0, 1), settings, tokens);
    }

    @Override
    public int count() {
        return files.size();
    }

    @Override
    public Bound bound(int slot, int images) {
        if (slot != current) {
            open.close();
            open = new OpenSlots(files.subList(slot, slot + 1), settings, tokens);
            current = slot;
        }
        return open.bound(0, images);
    }

    @Override
    public void close() {
        open.close();
    }
}
