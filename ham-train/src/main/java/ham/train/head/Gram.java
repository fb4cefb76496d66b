package ham.train.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ham.merge.InputException;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.train.engine.TorchEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * G = sum of h^T h over images, [M, M] in float64, of which the lower triangle counts. It lives in the engine while it is worked on, and between that on a
 * {@link Shelf} if it is large. It goes to files and back in pieces: neither Java's heap nor DJL, whose transfers end at 2^31 bytes, ever holds it
 * whole. Not thread-safe.
 */
public final class Gram implements AutoCloseable {
    /** Numbers that cross between engine and Java at once. */
    private static final int PIECE = 1 << 23;

    private final TorchEngine engine;
    private final int width;
    private final int piece;
    private final Shelf shelf;
    private final Optional<FileChannel> file;
    /** Of the numbers in the engine; null while they are in the file, or all of them are still zero. */
    private Shelf.Room room;

    /** Whether the shelf has the present numbers. */
    private boolean shelved;

    private Gram(TorchEngine engine, int width, int piece, Shelf shelf, Optional<FileChannel> file) {
        this.engine = engine;
        this.width = width;
        this.piece = piece;
        this.shelf = shelf;
        this.file = file;
    }

    /** Memory of G's size for whoever works on it, until it is given back. */
    Shelf.Room spare() {
        return shelf.take(engine, width);
    }

    void giveBack(Shelf.Room spare) {
        shelf.giveBack(spare);
    }

    /** Of no image, always in the engine. */
    static Gram zeros(TorchEngine engine, int width) {
        return zeros(engine, width, Shelf.NONE);
    }

    /** Of no image. */
    static Gram zeros(TorchEngine engine, int width, Shelf shelf) {
        return zeros(engine, width, shelf, PIECE);
    }

    /** The same, moved in pieces of so many numbers. */
    static Gram zeros(TorchEngine engine, int width, Shelf shelf, int piece) {
        return new Gram(engine, width, piece, shelf, shelf.file((long) Double.BYTES * width * width));
    }

    /** The same numbers in memory of their own, which is the only one that has them in the engine if they were on the shelf. */
    Gram copy() {
        Gram copy = new Gram(engine, width, piece, shelf, Optional.empty());
        if (!rests()) {
            copy.array().addi(room.array());
        } else if (shelved) {
            copy.fill(this::stored, false);
        }
        return copy;
    }

    /** Nobody works on it for now: its numbers go to the shelf, if there is one for it. */
    void rest() {
        if (file.isEmpty() || rests()) {
            return;
        }
        try {
            if (!shelved) {
                file.get().position(0);
                for (Iterator<ByteBuffer> pieces = pieces(); pieces.hasNext(); ) {
                    ByteBuffer bytes = pieces.next();
                    while (bytes.hasRemaining()) {
                        file.get().write(bytes);
                    }
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
        shelved = true;
        shelf.giveBack(room);
        room = null;
    }

    /**
     * Reads what {@link #add} wrote, or a whole matrix [M, M], as earlier releases wrote it.
     *
     * @param name of the tensor
     * @throws InputException if there is none of that size
     */
    public static Gram read(TorchEngine engine, int width, Shelf shelf, SafetensorsFile file, String name) {
        Gram gram = zeros(engine, width, shelf);
        boolean whole = file.info(name).shape().size() == 2;
        long expected = whole ? (long) width * width : gram.size();
        if (file.info(name).shape().stream().reduce(1L, (a, b) -> a * b) != expected) {
            gram.close();
            throw new InputException(
                    file.path(),
                    "tensor '" + name + "': expected the statistics of " + width + " random features, found the shape "
                            + file.info(name).shape() + "; start over (force)");
        }
        gram.fill(
                (first, count, bytes) -> file.read(name, first * Double.BYTES, (long) count * Double.BYTES, bytes::put),
                whole);
        gram.rest();
        return gram;
    }

    private void fill(Source source, boolean whole) {
        for (int from = 0; from < width; from += rows()) {
            int to = Math.min(width, from + rows());
            long first = whole ? (long) from * width : before(from);
            long end = whole ? (long) to * width : before(to);
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact((end - first) * Double.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            source.read(first, Math.toIntExact(end - first), bytes);
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

    /** Numbers of a file, row after row. */
    private interface Source {
        /** Puts so many numbers, from one on, into an empty buffer. */
        void read(long first, int count, ByteBuffer bytes);
    }

    private void stored(long first, int count, ByteBuffer bytes) {
        try {
            long at = first * Double.BYTES;
            while (bytes.hasRemaining()) {
                int read = file.orElseThrow().read(bytes, at);
                if (read < 0) {
                    throw new IOException("it ended early");
                }
                at += read;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static InputException failed(IOException cause) {
        return new InputException(
                "the folder of the run: expected room for the statistics of the analytic head, found that they cannot be kept there ("
                        + cause.getMessage() + "); make room, or choose a smaller projection",
                cause);
    }

    /** Takes another matrix [M, M]. */
    void set(double[] values) {
        changing();
        for (int from = 0; from < width; from += rows()) {
            int to = Math.min(width, from + rows());
            set(from, Arrays.copyOfRange(values, from * width, to * width));
        }
    }

    private void set(int from, double[] block) {
        int rows = block.length / width;
        NDArray sum = array();
        try (NDArray part = room.manager().create(block, new Shape(rows, width))) {
            sum.set(new NDIndex(from + ":" + (from + rows)), part);
        }
    }

    /** Whether its numbers are on the shelf and not in the engine. */
    boolean rests() {
        return room == null;
    }

    /** M. */
    public int width() {
        return width;
    }

    /** Numbers of the lower triangle. */
    long size() {
        return before(width);
    }

    /** G itself, to be read. */
    NDArray array() {
        if (rests()) {
            room = shelf.take(engine, width);
            if (shelved) {
                fill(this::stored, false);
            } else {
                room.array().set(new NDIndex(":"), 0);
            }
        }
        return room.array();
    }

    /** G itself, to be added to in place. */
    NDArray changing() {
        NDArray array = array();
        shelved = false;
        return array;
    }

    /** Rows from one to another, [rows, M]. */
    double[] rows(int from, int to) {
        try (NDArray part = array().get(new NDIndex(from + ":" + to))) {
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
        if (rests()) {
            int count = Math.toIntExact(before(to) - before(from));
            ByteBuffer bytes = ByteBuffer.allocate(count * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (shelved) {
                stored(before(from), count, bytes);
                bytes.flip();
            }
            return bytes;
        }
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
        if (room != null) {
            shelf.giveBack(room);
            room = null;
        }
        try {
            if (file.isPresent()) {
                file.get().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
