package ham.export.patch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A patch between two files of float32 values, of which nothing else is known: external data. Values are compared where they stand. */
final class BytesPatchMaker {
    /** Bytes of a step; a step of values that are all equal is copied. */
    private static final int BLOCK = 1 << 18;

    private final FileBytes base;
    private final FileBytes result;

    BytesPatchMaker(FileBytes base, FileBytes result) {
        this.base = base;
        this.result = result;
    }

    PatchContent make() {
        List<PatchStep> steps = new ArrayList<>();
        List<byte[]> changes = new ArrayList<>();
        int common = Math.min(base.size(), result.size()) / Float.BYTES * Float.BYTES;
        for (int at = 0; at < common; at += BLOCK) {
            int length = Math.min(BLOCK, common - at);
            if (base.slice(at, length).equals(result.slice(at, length))) {
                steps.add(new PatchStep(PatchStep.Kind.COPY, at, length));
            } else {
                float[] before = base.floats(at, length / Float.BYTES);
                float[] after = result.floats(at, length / Float.BYTES);
                steps.add(new PatchStep(PatchStep.Kind.CHANGE, at, length));
                changes.add(ChangedValues.encode(before, before.length, after, List.of()));
            }
        }
        byte[] literals = new byte[result.size() - common];
        if (literals.length > 0) {
            ByteBuffer rest = result.slice(common, literals.length);
            rest.get(literals);
            steps.add(new PatchStep(PatchStep.Kind.LITERAL, 0, literals.length));
        }
        return new PatchContent(base.sha256(), result.sha256(), result.size(), steps, literals, changes);
    }
}
