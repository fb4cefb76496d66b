package ham.export.bake;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A copy of a file with some ranges replaced; what lies between is copied by the operating system. */
final class FileEdit {

    /** What comes in place of a range; several pieces one behind the other. */
    private static final class Change {
        private long end;
        private final List<Bytes> pieces = new ArrayList<>();
    }

    private final ByteFile source;
    private final SortedMap<Long, Change> changes = new TreeMap<>();
    private final List<Bytes> appended = new ArrayList<>();

    FileEdit(ByteFile source) {
        this.source = source;
    }

    /**
     * Replaces a range; at an empty range bytes are put in, behind those that were put in there before.
     *
     * @throws IllegalArgumentException if a part of the range is replaced already
     */
    void replace(Range range, Bytes by) {
        Change change = changes.computeIfAbsent(range.start(), start -> new Change());
        if (range.length() > 0) {
            boolean free = change.end <= range.start()
                    && changes.subMap(range.start() + 1, range.end()).isEmpty()
                    && changes.headMap(range.start()).values().stream().noneMatch(each -> each.end > range.start());
            if (!free) {
                throw new IllegalArgumentException("bytes " + range + " are replaced twice");
            }
        }
        change.end = Math.max(change.end, range.end());
        change.pieces.add(by);
    }

    /** Adds bytes behind the end. */
    void append(Bytes bytes) {
        appended.add(bytes);
    }

    /** By how many bytes the changes that begin within a range make it longer. */
    long growth(Range range) {
        long growth = 0;
        for (Map.Entry<Long, Change> entry :
                changes.subMap(range.start(), range.end()).entrySet()) {
            Change change = entry.getValue();
            growth -= change.end - entry.getKey();
            for (Bytes piece : change.pieces) {
                growth += piece.length();
            }
        }
        return growth;
    }

    /** Appends the edited copy to a file. */
    void write(FileChannel target) throws IOException {
        long done = 0;
        for (Map.Entry<Long, Change> entry : changes.entrySet()) {
            copy(done, entry.getKey(), target);
            for (Bytes piece : entry.getValue().pieces) {
                piece.write(target);
            }
            done = entry.getValue().end;
        }
        copy(done, source.size(), target);
        for (Bytes bytes : appended) {
            bytes.write(target);
        }
    }

    private void copy(long from, long to, FileChannel target) throws IOException {
        long position = from;
        while (position < to) {
            long moved = source.channel().transferTo(position, to - position, target);
            if (moved <= 0) {
                throw new IOException(source.path() + " became shorter while it was copied");
            }
            position += moved;
        }
    }
}
