package ham.merge.join;

import ham.merge.InputException;
import ham.merge.compare.FactorStack;
import ham.merge.compare.WeightShapes;
import ham.merge.kernel.Kernels;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The dense delta of every group at every weight, in a file that is mapped: adapters are compared with what groups have become, at a cost that
 * does not grow with the number of adapters in them. The file is deleted while it is open. Weights may be used by different threads.
 */
final class GroupDeltas {
    private static final int ZEROS = 1 << 20;

    private final Kernels kernels;
    private final int groups;
    private final Map<String, List<FloatBuffer>> deltas = new HashMap<>();
    private final SortedMap<String, WeightShapes> shapes = new TreeMap<>();
    private final ThreadLocal<FloatBuffer> product = ThreadLocal.withInitial(() -> Kernels.allocate(0));

    /** Without any weight yet. */
    GroupDeltas(Kernels kernels, int groups) {
        this.kernels = kernels;
        this.groups = groups;
    }

    /** Makes room for weights that are new; the deltas there are zero. */
    void add(SortedMap<String, WeightShapes> more) {
        SortedMap<String, WeightShapes> unknown = new TreeMap<>(more);
        unknown.keySet().removeAll(shapes.keySet());
        if (unknown.isEmpty()) {
            return;
        }
        shapes.putAll(unknown);
        try {
            map(unknown);
        } catch (IOException e) {
            throw new InputException("the temporary file of the groups' deltas cannot be written (" + e.getMessage()
                    + "); free some space, or set HAM_OPTS=-Djava.io.tmpdir=FOLDER");
        }
    }

    /** Bytes of the file. */
    static long bytes(SortedMap<String, WeightShapes> shapes, int groups) {
        return shapes.values().stream()
                .mapToLong(shape -> (long) Float.BYTES * shape.outputs() * shape.inputs() * groups)
                .sum();
    }

    private void map(SortedMap<String, WeightShapes> unknown) throws IOException {
        Path file = Files.createTempFile("ham-groups-", ".f32");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            // A page of a mapped file for which the disk has no room ends the process; a write says so.
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (long left = bytes(unknown, groups); left > 0; left -= zeros.limit()) {
                zeros.clear().limit((int) Math.min(ZEROS, left));
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
            long offset = 0;
            for (Map.Entry<String, WeightShapes> entry : unknown.entrySet()) {
                long bytes = (long) Float.BYTES
                        * entry.getValue().outputs()
                        * entry.getValue().inputs();
                FloatBuffer[] slots = new FloatBuffer[groups];
                for (int group = 0; group < groups; group++) {
                    slots[group] = channel.map(FileChannel.MapMode.READ_WRITE, offset, bytes)
                            .order(ByteOrder.nativeOrder())
                            .asFloatBuffer();
                    offset += bytes;
                }
                deltas.put(entry.getKey(), List.of(slots));
            }
        }
    }

    /** A group's delta [out, in] at a weight, copied. */
    Matrix delta(String weight, int group) {
        WeightShapes shape = shapes.get(weight);
        Matrix copy = Matrix.zeros(shape.outputs(), shape.inputs());
        deltas.get(weight).get(group).get(0, copy.data());
        return copy;
    }

    /** Inner product of every stacked adapter's delta at a weight with a group's. */
    double[] innerProducts(String weight, int group, FactorStack stack, int adapters) {
        WeightShapes shape = shapes.get(weight);
        int outputs = shape.outputs();
        FloatBuffer result = room(stack.rank() * outputs);
        FloatBuffer delta = deltas.get(weight).get(group);
        kernels.multiply(
                stack.a(0, shape.inputs()), false, delta, true, result, stack.rank(), outputs, shape.inputs(), 0);
        FloatBuffer b = stack.b(0, outputs);
        double[] products = new double[adapters];
        for (int i = 0; i < adapters; i++) {
            double sum = 0;
            for (int at = stack.firstRow(i) * outputs; at < stack.firstRow(i + 1) * outputs; at++) {
                sum += (double) result.get(at) * b.get(at);
            }
            products[i] = sum * stack.scaling(i);
        }
        return products;
    }

    private FloatBuffer room(int length) {
        if (product.get().capacity() < length) {
            product.set(Kernels.allocate(length));
        }
        return product.get();
    }

    /** {@code DW_G <- factor DW_G + sum of the stacked B A} at a weight. */
    void add(String weight, int group, double factor, FactorStack scaled) {
        WeightShapes shape = shapes.get(weight);
        kernels.multiply(
                scaled.b(0, shape.outputs()),
                true,
                scaled.a(0, shape.inputs()),
                false,
                deltas.get(weight).get(group),
                shape.outputs(),
                shape.inputs(),
                scaled.rank(),
                (float) factor);
    }
}
