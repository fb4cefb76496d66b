package ham.export.patch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A patch between two files of float32 values of any size, of which nothing else is known: external data. Values are compared where they stand, a
 * few blocks at a time.
 */
final class BytesPatchMaker {
    /** Bytes of a step; a step of values that are all equal is copied. */
    private static final int BLOCK = 1 << 18;
    /** Blocks that are described at the same time. */
    private static final int TOGETHER = 64;
    /** Bytes that may be told literally, all of which are in memory. */
    private static final int MOST_LITERAL = 1 << 26;

    private final FileBytes base;
    private final FileBytes result;
    private final int mostLiteral;
    private final List<PatchStep> steps = new ArrayList<>();

    BytesPatchMaker(FileBytes base, FileBytes result) {
        this(base, result, MOST_LITERAL);
    }

    BytesPatchMaker(FileBytes base, FileBytes result, int mostLiteral) {
        this.base = base;
        this.result = result;
        this.mostLiteral = mostLiteral;
    }

    /** A step, and what goes with it; null where that is nothing. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Described(PatchStep step, byte[] change) {}

    /** @param changes gets what goes with the steps */
    PatchContent make(List<byte[]> changes) {
        long whole = result.size() / Float.BYTES * Float.BYTES;
        long common = Math.min(base.size() / Float.BYTES * Float.BYTES, whole);
        // What the base is too short for is literal as long as that is little.
        long described = result.size() - common > mostLiteral ? whole : common;
        for (long from = 0; from < described; from += (long) TOGETHER * BLOCK) {
            long end = Math.min(described, from + (long) TOGETHER * BLOCK);
            long first = from;
            LongStream.range(0, (end - from + BLOCK - 1) / BLOCK)
                    .parallel()
                    .mapToObj(block -> describe(first + block * BLOCK, described, common))
                    .toList()
                    .forEach(each -> {
                        steps.add(each.step());
                        if (each.change() != null) {
                            changes.add(each.change());
                        }
                    });
        }
        byte[] literals = new byte[(int) (result.size() - described)];
        if (literals.length > 0) {
            ByteBuffer rest = result.slice(described, literals.length);
            rest.get(literals);
            steps.add(new PatchStep(PatchStep.Kind.LITERAL, 0, literals.length));
        }
        return new PatchContent(base.sha256(), result.sha256(), result.size(), steps, literals, changes);
    }

    private Described describe(long at, long described, long common) {
        int length = (int) Math.min(BLOCK, described - at);
        if (at + length > common) {
            float[] values = result.floats(at, length / Float.BYTES);
            return new Described(new PatchStep(PatchStep.Kind.NEW, 0, length), ChangedValues.encode(values));
        }
        if (base.slice(at, length).equals(result.slice(at, length))) {
            return new Described(new PatchStep(PatchStep.Kind.COPY, at, length), null);
        }
        float[] before = base.floats(at, length / Float.BYTES);
        float[] after = result.floats(at, length / Float.BYTES);
        return new Described(
                new PatchStep(PatchStep.Kind.CHANGE, at, length),
                ChangedValues.encode(before, before.length, after, List.of()));
    }
}
