package ham.export.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** A disk whose machine loses power before its step of a given number. Counts steps, and refuses to rename what was never synced. */
final class FailingDisk implements Disk {
    private final int failing;
    private final Set<Path> synced = new HashSet<>();
    private int steps;

    FailingDisk(int failing) {
        this.failing = failing;
    }

    /** Power is lost. */
    static final class PowerLoss extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    int steps() {
        return steps;
    }

    private void step() {
        if (steps == failing) {
            throw new PowerLoss();
        }
        steps++;
    }

    @Override
    public void sync(Path file) throws IOException {
        step();
        Disk.super.sync(file);
        synced.add(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        step();
        Disk.super.syncFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        if (!synced.contains(from)) {
            throw new AssertionError(from + " gets its name before its bytes are on the disk");
        }
        Disk.super.rename(from, to);
    }

    @Override
    public void link(Path name, Path file) throws IOException {
        step();
        Disk.super.link(name, file);
        // A second name of bytes that are on the disk.
        synced.add(name);
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
        step();
        Disk.super.write(file, bytes);
    }

    @Override
    public void delete(Path file) throws IOException {
        step();
        Disk.super.delete(file);
    }
}
