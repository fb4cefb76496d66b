package ham.export.patch;

import ham.export.bake.read.StoredTensor;
import ham.export.proto.TensorProto.DataType;
import ham.merge.combine.Branch;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares two models and describes the second by the first. */
final class PatchMaker {
    /** Bytes below which two pieces are better told in one. */
    private static final int LEAST_COPY = 16;

    /** A float of a factor costs about 31 bits. */
    private static final double BYTES_A_FACTOR = 3.7;

    private final FileBytes base;
    private final FileBytes result;
    private final Map<String, List<List<Branch>>> changesOf;
    private final Map<String, StoredTensor> before = new HashMap<>();
    private final List<PatchStep> steps = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final ByteArrayOutputStream literals = new ByteArrayOutputStream();
    /** Where the base goes on behind what was copied last. */
    private int next;

    /** A weight that is described later, with others at the same time. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Pending(StoredTensor tensor, float[] base, boolean known) {}

    /** How a weight is described. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Encoded(byte[] bytes, PatchReport.Weight weight) {}

    /** Prepares; {@code changesOf} says for a constant which layers' branches change it. */
    PatchMaker(FileBytes base, FileBytes result, Map<String, List<List<Branch>>> changesOf) {
        this.base = base;
        this.result = result;
        this.changesOf = changesOf;
        StoredTensor.of(base.path()).forEach(tensor -> before.put(tensor.name(), tensor));
    }

    /** The patch; {@code weights} gets what is said of each changed weight. */
    PatchContent make(List<PatchReport.Weight> weights) {
        int done = 0;
        for (StoredTensor tensor : StoredTensor.of(result.path())) {
            StoredTensor old = before.get(tensor.name());
            int start = (int) tensor.start();
            between(done, start, old == null ? -1 : (int) old.start());
            values(tensor, old);
            done = (int) tensor.end();
        }
        between(done, result.bytes().limit(), base.bytes().limit());
        List<Encoded> encoded = pending.stream().parallel().map(this::encode).toList();
        encoded.forEach(each -> weights.add(each.weight()));
        return new PatchContent(
                base.sha256(),
                result.sha256(),
                result.size(),
                steps,
                literals.toByteArray(),
                encoded.stream().map(Encoded::bytes).toList());
    }

    /**
     * Bytes that are no values: as far as they go on like the base, and as far back as they equal what stands before the same place there, they are
     * copied.
     *
     * @param before where in the base what follows stands; -1 if nowhere
     */
    private void between(int start, int end, int before) {
        int prefix = start;
        while (prefix < end
                && next < base.size()
                && base.bytes().get(next) == result.bytes().get(prefix)) {
            prefix++;
            next++;
        }
        if (prefix - start < LEAST_COPY) {
            prefix = start;
        } else {
            add(PatchStep.Kind.COPY, next - (prefix - start), prefix - start);
        }
        int suffix = 0;
        while (before >= 0
                && end - suffix > prefix
                && before - suffix > 0
                && base.bytes().get(before - suffix - 1) == result.bytes().get(end - suffix - 1)) {
            suffix++;
        }
        suffix = suffix < LEAST_COPY ? 0 : suffix;
        literal(prefix, end - suffix);
        add(PatchStep.Kind.COPY, before - suffix, suffix);
        next = before >= 0 ? before : next;
    }

    private void values(StoredTensor tensor, StoredTensor old) {
        int start = (int) tensor.start();
        int length = (int) (tensor.end() - tensor.start());
        boolean alike = old != null && old.dataType() == tensor.dataType() && old.end() - old.start() == length;
        if (alike && base.slice(old.start(), length).equals(result.slice(start, length))) {
            add(PatchStep.Kind.COPY, old.start(), length);
        } else if (tensor.dataType() != DataType.FLOAT.getNumber()) {
            literal(start, start + length);
        } else if (alike) {
            add(PatchStep.Kind.CHANGE, old.start(), length);
            pending.add(new Pending(tensor, base.floats(old.start(), length / Float.BYTES), true));
        } else {
            add(PatchStep.Kind.NEW, 0, length);
            pending.add(new Pending(tensor, new float[length / Float.BYTES], false));
        }
        next = old == null ? next : (int) old.end();
    }

    private Encoded encode(Pending change) {
        StoredTensor tensor = change.tensor();
        int columns = tensor.dims().isEmpty()
                ? 1
                : tensor.dims().get(tensor.dims().size() - 1).intValue();
        float[] values = result.floats(tensor.start(), change.base().length);
        byte[] bytes = change.known()
                ? ChangedValues.encode(change.base(), columns, values, List.of())
                : ChangedValues.encode(values);
        String how = change.known() ? "dense" : "new";
        List<List<Branch>> changes = changesOf.getOrDefault(tensor.name(), List.of());
        if (change.known() && tensor.dims().size() == 2 && !changes.isEmpty()) {
            List<FactoredChange> parts = new FactoredChangeSearch(
                            change.base(), values, tensor.dims().get(0).intValue(), columns)
                    .find(changes);
            if (!parts.isEmpty() && BYTES_A_FACTOR * ChangedValues.nonZeros(parts) < bytes.length) {
                byte[] factored = ChangedValues.encode(change.base(), columns, values, parts);
                if (factored.length < bytes.length) {
                    bytes = factored;
                    how = "factors";
                }
            }
        }
        return new Encoded(
                bytes, new PatchReport.Weight(tensor.name(), how, bytes.length, (long) Float.BYTES * values.length));
    }

    private void literal(int from, int to) {
        for (int i = from; i < to; i++) {
            literals.write(result.bytes().get(i));
        }
        add(PatchStep.Kind.LITERAL, 0, to - from);
    }

    /** Adds a step; one that goes on where the last ended becomes part of it. */
    private void add(PatchStep.Kind kind, long from, int length) {
        if (length == 0) {
            return;
        }
        PatchStep last = steps.isEmpty() ? null : steps.get(steps.size() - 1);
        boolean joins = last != null
                && last.kind() == kind
                && (kind == PatchStep.Kind.LITERAL
                        || (kind == PatchStep.Kind.COPY && last.from() + last.length() == from));
        if (joins) {
            steps.set(steps.size() - 1, new PatchStep(kind, last.from(), last.length() + length));
        } else {
            steps.add(new PatchStep(kind, from, length));
        }
    }
}
