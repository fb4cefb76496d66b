package ham.export.bake.edit;

import ham.export.bake.read.ByteFile;
import ham.export.bake.read.Bytes;
import ham.export.bake.read.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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

    /**
     * Writes the edited copy into a file. What is copied and what is new are written at the same time, each by a thread.
     *
     * @param start where in the file it begins
     * @return where it ends
     */
    long write(Path target, long start) throws IOException {
        SortedMap<Long, Range> copies = new TreeMap<>();
        SortedMap<Long, Bytes> pieces = new TreeMap<>();
        long position = start;
        long done = 0;
        for (Map.Entry<Long, Change> entry : changes.entrySet()) {
            copies.put(position, new Range(done, entry.getKey()));
            position += entry.getKey() - done;
            position = place(entry.getValue().pieces, position, pieces);
            done = entry.getValue().end;
        }
        copies.put(position, new Range(done, source.size()));
        position = place(appended, position + source.size() - done, pieces);
        CompletableFuture<Void> copying = CompletableFuture.runAsync(() -> copy(copies, target));
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            for (Map.Entry<Long, Bytes> piece : pieces.entrySet()) {
                piece.getValue().write(channel.position(piece.getKey()));
            }
        } finally {
            finish(copying);
        }
        return position;
    }

    private static long place(List<Bytes> pieces, long from, SortedMap<Long, Bytes> places) {
        long position = from;
        for (Bytes piece : pieces) {
            if (piece.length() > 0) {
                places.put(position, piece);
                position += piece.length();
            }
        }
        return position;
    }

    private void copy(SortedMap<Long, Range> copies, Path target) {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
            for (Map.Entry<Long, Range> each : copies.entrySet()) {
                channel.position(each.getKey());
                copy(each.getValue(), channel);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copy(Range range, FileChannel target) throws IOException {
        long position = range.start();
        while (position < range.end()) {
            long moved = source.channel().transferTo(position, range.end() - position, target);
            if (moved <= 0) {
                throw new IOException(source.path() + " became shorter while it was copied");
            }
            position += moved;
        }
    }

    private static void finish(CompletableFuture<Void> copying) {
        try {
            copying.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }
}
