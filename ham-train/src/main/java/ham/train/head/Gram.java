package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.train.engine.TorchEngine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * G = sum of h^T h over images, [M, M] in float64, of which the lower triangle counts. It lives in the engine from the first image to the last,
 * and goes to files and back in pieces: neither Java's heap nor DJL, whose transfers end at 2^31 bytes, ever holds it whole.
 */
public final class Gram implements AutoCloseable {
    /** Numbers that cross between engine and Java at once. */
    private static final int PIECE = 1 << 23;

    private final int width;
    private final int piece;
    private final NDManager manager;
    private final NDArray sum;

    private Gram(TorchEngine engine, int width, int piece) {
        this.width = width;
        this.piece = piece;
        manager = engine.newManager();
        sum = manager.zeros(new Shape(width, width), DataType.FLOAT64);
    }

    /** Of no image. */
    static Gram zeros(TorchEngine engine, int width) {
        return new Gram(engine, width, PIECE);
    }

    /** The same, moved in pieces of so many numbers. */
    static Gram zeros(TorchEngine engine, int width, int piece) {
        return new Gram(engine, width, piece);
    }

    /** The same numbers in memory of their own. */
    Gram copy(TorchEngine engine) {
        Gram copy = new Gram(engine, width, piece);
        copy.sum.addi(sum);
        return copy;
    }

    /**
     * Reads what {@link #add} wrote, or a whole matrix [M, M], as earlier releases wrote it.
     *
     * @param name of the tensor
     * @throws ham.merge.InputException if there is none of that size
     */
    public static Gram read(TorchEngine engine, int width, SafetensorsFile file, String name) {
        Gram gram = zeros(engine, width);
        boolean whole = file.info(name).shape().size() == 2;
        long expected = whole ? (long) width * width : gram.size();
        if (file.info(name).shape().stream().reduce(1L, (a, b) -> a * b) != expected) {
            gram.close();
            throw new ham.merge.InputException(
                    file.path(),
                    "tensor '" + name + "': expected the statistics of " + width + " random features, found the shape "
                            + file.info(name).shape() + "; start over (force)");
        }
        gram.fill(file, name, whole);
        return gram;
    }

    private void fill(SafetensorsFile file, String name, boolean whole) {
        for (int from = 0; from < width; from += rows()) {
            int to = Math.min(width, from + rows());
            long first = whole ? (long) from * width : before(from);
            long end = whole ? (long) to * width : before(to);
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact((end - first) * Double.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            file.read(name, first * Double.BYTES, (end - first) * Double.BYTES, bytes::put);
            bytes.flip();
            double[] block = new double[(to - from) * width];
            for (int row = from; row < to; row++) {
                int count = whole ? width : row + 1;
                bytes.asDoubleBuffer().get(block, (row - from) * width, count);
                bytes.position(bytes.position() + count * Double.BYTES);
            }
            set(from, block);
        }
    }

    /** Takes another matrix [M, M]. */
    void set(double[] values) {
        for (int from = 0; from < width; from += rows()) {
            int to = Math.min(width, from + rows());
            set(from, Arrays.copyOfRange(values, from * width, to * width));
        }
    }

    private void set(int from, double[] block) {
        int rows = block.length / width;
        try (NDArray part = manager.create(block, new Shape(rows, width))) {
            sum.set(new NDIndex(from + ":" + (from + rows)), part);
        }
    }

    /** M. */
    public int width() {
        return width;
    }

    /** Numbers of the lower triangle. */
    long size() {
        return before(width);
    }

    /** G itself, which is added to in place. */
    NDArray array() {
        return sum;
    }

    /** Rows from one to another, [rows, M]. */
    double[] rows(int from, int to) {
        try (NDArray part = sum.get(new NDIndex(from + ":" + to))) {
            return part.toDoubleArray();
        }
    }

    /** Adds the lower triangle to a file, row after row, [M (M + 1) / 2]. */
    public void add(SafetensorsWriter writer, String name) {
        writer.add(name, DType.F64, List.of(size()), this::pieces);
    }

    private Iterator<ByteBuffer> pieces() {
        return IntStream.iterate(0, from -> from < width, from -> from + rows())
                .mapToObj(from -> lower(from, Math.min(width, from + rows())))
                .iterator();
    }

    private ByteBuffer lower(int from, int to) {
        double[] block = rows(from, to);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact((before(to) - before(from)) * Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = from; row < to; row++) {
            bytes.asDoubleBuffer().put(block, (row - from) * width, row + 1);
            bytes.position(bytes.position() + (row + 1) * Double.BYTES);
        }
        return bytes.flip();
    }

    private int rows() {
        return Math.max(1, piece / width);
    }

    /** Numbers of the lower triangle before a row. */
    private static long before(long row) {
        return row * (row + 1) / 2;
    }

    @Override
    public void close() {
        manager.close();
    }
}
