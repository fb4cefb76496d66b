package ham.export.patch;

import ham.common.Sha256;
import ham.export.MatchedLayer;
import ham.merge.InputException;
import ham.merge.combine.Branch;
import ham.merge.folder.Merged;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** Makes patches between models, and applies them. */
public final class ModelPatch {
    private static final int CHUNK = 1 << 20;

    private ModelPatch() {}

    /**
     * Writes the patch that turns {@code base} into {@code result}, in place, and applies it once to see that it does.
     *
     * @param base the model that devices have
     * @param before the merge that it holds; {@link Merged#none} for a bare base, and where that is not known
     * @param merged the merge that {@code result} holds; what the factors of both do not explain is stored
     * @param matched which constant every layer of the merge changed
     * @throws InputException when one of them is no model in one file below 2 GB
     */
    public static PatchReport write(
            Path base, Merged before, Path result, Merged merged, List<MatchedLayer> matched, Path patch)
            throws IOException {
        SortedMap<String, List<Branch>> differences = BranchDifference.of(merged, before);
        Map<String, List<List<Branch>>> changes = new HashMap<>();
        for (MatchedLayer match : matched) {
            List<Branch> branches = differences.getOrDefault(match.layer(), List.of());
            if (!branches.isEmpty()) {
                changes.computeIfAbsent(match.initializer(), key -> new ArrayList<>())
                        .add(branches);
            }
        }
        List<PatchReport.Weight> weights = new ArrayList<>();
        PatchContent content =
                new PatchMaker(FileBytes.openModel(base), FileBytes.openModel(result), changes).make(weights);
        writeChecked(content, base, patch);
        return new PatchReport(
                patch, Files.size(patch), content.resultBytes(), content.baseSha256(), content.resultSha256(), weights);
    }

    /** As {@link #write(Path, Merged, Path, Merged, List, Path)} between any two models, of whose merges nothing is known. */
    public static PatchedFile write(Path base, Path result, Path patch) throws IOException {
        PatchContent content = new PatchMaker(FileBytes.openModel(base), FileBytes.openModel(result), Map.of())
                .make(new ArrayList<>());
        return writeChecked(content, base, patch);
    }

    /** The same between two files of float32 values of any size, such as external data. */
    public static PatchedFile writeBytes(Path base, Path result, Path patch) throws IOException {
        try (Spill changes = new Spill()) {
            PatchContent content = new BytesPatchMaker(FileBytes.open(base), FileBytes.open(result)).make(changes);
            return writeChecked(content, base, patch);
        }
    }

    private static PatchedFile writeChecked(PatchContent content, Path base, Path patch) throws IOException {
        content.write(patch);
        // What comes out is not kept: its hash says that it is right.
        apply(patch, FileBytes.open(base), ByteBuffer::clear);
        return content.patched();
    }

    /** Where the bytes of a result go, in their order. */
    private interface Sink {
        void put(ByteBuffer bytes) throws IOException;
    }

    /**
     * Reads what a patch is for.
     *
     * @throws InputException when it is none, or damaged
     */
    public static PatchedFile read(Path patch) {
        return PatchContent.read(patch).patched();
    }

    /**
     * Writes the model that a patch makes of {@code base}; the file appears when its hash is right.
     *
     * @return its SHA-256
     * @throws InputException when the patch is damaged, or was made for another model
     */
    public static String apply(Path patch, Path base, Path output, boolean force) {
        String[] hash = new String[1];
        Outputs.file(output, force, file -> hash[0] = apply(patch, base, file));
        return hash[0];
    }

    /**
     * As {@link #apply(Path, Path, Path, boolean)}, but what fails leaves the file behind, for a caller that names and removes it itself.
     *
     * @param target where nothing is yet
     * @throws IOException when the target cannot be written
     */
    public static String apply(Path patch, Path base, Path target) throws IOException {
        return apply(patch, FileBytes.open(base), target);
    }

    static String apply(Path patch, FileBytes base, Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            return apply(patch, base, bytes -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        }
    }

    private static String apply(Path patch, FileBytes model, Sink sink) throws IOException {
        PatchContent content = PatchContent.read(patch);
        requireBase(patch, content, model);
        Sha256 digest = new Sha256();
        Iterator<byte[]> changes = content.changes().iterator();
        int literal = 0;
        for (PatchStep step : content.steps()) {
            requireWithin(patch, step, model, changes);
            switch (step.kind()) {
                case COPY -> {
                    for (int done = 0; done < step.length(); done += CHUNK) {
                        int length = Math.min(CHUNK, step.length() - done);
                        put(model.slice(step.from() + done, length), sink, digest);
                    }
                }
                case LITERAL -> {
                    put(ByteBuffer.wrap(content.literals(), literal, step.length()), sink, digest);
                    literal += step.length();
                }
                case CHANGE -> {
                    float[] values = model.floats(step.from(), step.length() / Float.BYTES);
                    change(patch, values, changes.next(), ChangedValues::decode);
                    put(bytes(values), sink, digest);
                }
                case NEW -> {
                    float[] values = new float[step.length() / Float.BYTES];
                    change(patch, values, changes.next(), ChangedValues::decodeNew);
                    put(bytes(values), sink, digest);
                }
            }
        }
        String found = digest.hex();
        if (!found.equals(content.resultSha256())) {
            throw PatchContent.damaged(patch, "its result has the hash " + found + ", not " + content.resultSha256());
        }
        return found;
    }

    private static void requireBase(Path patch, PatchContent content, FileBytes model) {
        String found = model.sha256();
        if (found.equals(content.resultSha256())) {
            throw new InputException(
                    model.path(), "is the result of the patch " + patch + " already; there is nothing to apply");
        }
        if (!found.equals(content.baseSha256())) {
            throw new InputException(
                    model.path(),
                    "is not the model that the patch " + patch + " was made for: expected SHA-256 "
                            + content.baseSha256() + ", found " + found);
        }
    }

    private static void requireWithin(Path patch, PatchStep step, FileBytes model, Iterator<byte[]> changes) {
        boolean reads = step.kind() == PatchStep.Kind.COPY || step.kind() == PatchStep.Kind.CHANGE;
        boolean changed = step.kind() == PatchStep.Kind.CHANGE || step.kind() == PatchStep.Kind.NEW;
        if (step.from() < 0
                || step.length() < 0
                || (reads && step.length() > model.size() - step.from())
                || (changed && (step.length() % Float.BYTES != 0 || !changes.hasNext()))) {
            throw PatchContent.damaged(patch, "it has a step that does not fit the model: " + step);
        }
    }

    private static void change(Path patch, float[] values, byte[] bytes, BiConsumer<float[], byte[]> decoder) {
        try {
            decoder.accept(values, bytes);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw PatchContent.damaged(patch, "a weight cannot be read (" + e.getMessage() + ")");
        }
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static void put(ByteBuffer bytes, Sink sink, Sha256 digest) throws IOException {
        digest.update(bytes);
        while (bytes.hasRemaining()) {
            int length = Math.min(CHUNK, bytes.remaining());
            sink.put(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + length);
        }
    }
}
