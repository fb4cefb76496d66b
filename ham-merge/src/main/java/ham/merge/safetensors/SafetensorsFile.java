package ham.merge.safetensors;

import ham.merge.InputException;
import ham.merge.io.FoundFile;
import ham.merge.tensor.HalfPrecision;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A safetensors file, memory-mapped: 8 bytes header length, a JSON header, then the tensors' bytes, little-endian and row-major. The whole
 * header is validated by {@link #open}; tensors are read when they are asked for.
 */
public final class SafetensorsFile implements Tensors {
    /** The longest header that the reference implementation accepts, in bytes. */
    private static final long LONGEST_HEADER = 100_000_000;

    /**
     * Bytes of files that a process maps whole. What is mapped and read stays in memory as long as there is room, so that files beyond this
     * are read piece by piece: a thousand adapters take no more memory than one weight of each.
     */
    public static final long MOST_MAPPED = 1L << 29;

    private static final AtomicLong MAPPED = new AtomicLong();

    /** Bytes that {@link #read} moves at once. */
    private static final int PIECE = 1 << 18;

    /** A buffer of {@link #PIECE} bytes that waits for this thread's next {@link #read}: direct memory that is dropped stays until Java's heap is collected. */
    private static final ThreadLocal<ByteBuffer> WAITING = new ThreadLocal<>();

    private final Path path;
    private final Map<String, String> metadata;
    private final SortedMap<String, TensorInfo> tensors;
    private final ByteBuffer whole;

    private SafetensorsFile(Path path, HeaderParser.Header header, ByteBuffer whole) {
        this.path = path;
        this.metadata = Collections.unmodifiableMap(header.metadata());
        this.tensors = Collections.unmodifiableSortedMap(header.tensors());
        this.whole = whole;
    }

    /**
     * Opens and validates a file.
     *
     * @throws InputException when the file is missing, cannot be read or breaks a rule of the format
     */
    public static SafetensorsFile open(Path path) {
        FoundFile.require(path, "a safetensors file");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            byte[] json = header(path, channel, size);
            long dataStart = 8L + json.length;
            HeaderParser.Header header = new HeaderParser(path, dataStart, size - dataStart).parse(json);
            boolean map = size <= Integer.MAX_VALUE && MAPPED.addAndGet(size) <= MOST_MAPPED;
            ByteBuffer whole = map ? channel.map(FileChannel.MapMode.READ_ONLY, 0, size) : null;
            return new SafetensorsFile(path, header, whole);
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    private static byte[] header(Path path, FileChannel channel, long size) throws IOException {
        if (size < 10) {
            throw new InputException(path, "expected a safetensors file, found only " + size + " bytes");
        }
        ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, length, 0);
        long headerBytes = length.getLong(0);
        if (headerBytes < 2 || headerBytes > LONGEST_HEADER || headerBytes > size - 8) {
            throw new InputException(
                    path,
                    "not a valid safetensors file: it claims a header of " + Long.toUnsignedString(headerBytes)
                            + " bytes in a file of " + size
                            + " (truncated, or another format)");
        }
        ByteBuffer json = ByteBuffer.allocate((int) headerBytes);
        readFully(channel, json, 8);
        if (json.get(0) != '{') {
            throw new InputException(path, "not a valid safetensors file: its header does not begin with '{'");
        }
        return json.array();
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file ended early");
            }
        }
    }

    @Override
    public Path path() {
        return path;
    }

    /** The header's {@code __metadata__}, empty where there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(tensors.keySet()));
    }

    @Override
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
        TensorInfo info = tensors.get(name);
        if (info == null) {
            throw new InputException(path, "expected a tensor '" + name + "', found none of that name");
        }
        return info;
    }

    @Override
    public ByteBuffer bytes(String name) {
        TensorInfo info = info(name);
        if (info.bytes() > Integer.MAX_VALUE) {
            throw new InputException(path, "tensor '" + name + "' of " + info.bytes() + " bytes exceeds 2 GB");
        }
        if (whole != null) {
            return whole.slice((int) info.offset(), (int) info.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, info.offset(), info.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    @Override
    public void read(String name, long from, long length, Consumer<ByteBuffer> sink) {
        TensorInfo info = info(name);
        if (from < 0 || length < 0 || length > info.bytes() - from) {
            throw new IllegalArgumentException("expected a part of the " + info.bytes() + " bytes of '" + name
                    + "', found " + length + " bytes from byte " + from + " on");
        }
        if (whole != null && length <= PIECE) {
            sink.accept(bytes(name).slice((int) from, (int) length).order(ByteOrder.LITTLE_ENDIAN));
            return;
        }
        ByteBuffer piece = takePiece();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            for (long done = 0; done < length; done += PIECE) {
                piece.clear().limit((int) Math.min(length - done, PIECE));
                readFully(channel, piece, info.offset() + from + done);
                sink.accept(piece.flip());
            }
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        } finally {
            WAITING.set(piece);
        }
    }

    /** Nobody else's until it is put back, also where a sink reads. */
    private static ByteBuffer takePiece() {
        ByteBuffer piece = WAITING.get();
        WAITING.remove();
        return piece != null ? piece : ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public float[] floats(String name) {
        return floats(name, 0, (int) Math.min(info(name).elements(), Integer.MAX_VALUE));
    }

    @Override
    public float[] floats(String name, int first, int count) {
        TensorInfo info = info(name);
        DType dtype = info.dtype();
        if (!dtype.isFloat()) {
            throw new InputException(path, "tensor '" + name + "': expected a float dtype, found " + dtype);
        }
        float[] values = new float[count];
        int[] done = {0};
        read(
                name,
                (long) first * dtype.bytes(),
                (long) count * dtype.bytes(),
                piece -> done[0] += decode(dtype, piece, values, done[0]));
        requireFinite(name, values, first);
        return values;
    }

    /**
     * Values of a float64 tensor in row-major order, as they are.
     *
     * @throws InputException when the tensor is missing or of another dtype
     */
    public double[] doubles(String name) {
        TensorInfo info = info(name);
        if (info.dtype() != DType.F64) {
            throw new InputException(path, "tensor '" + name + "': expected F64, found " + info.dtype());
        }
        double[] values = new double[Math.toIntExact(info.elements())];
        int[] done = {0};
        read(name, 0, info.bytes(), piece -> {
            int count = piece.remaining() / Double.BYTES;
            piece.asDoubleBuffer().get(values, done[0], count);
            done[0] += count;
        });
        return values;
    }

    private static int decode(DType dtype, ByteBuffer bytes, float[] values, int from) {
        int count = bytes.remaining() / dtype.bytes();
        switch (dtype) {
            case F32 -> bytes.asFloatBuffer().get(values, from, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    values[from + i] = HalfPrecision.float16(bytes.getShort(2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    values[from + i] = HalfPrecision.bfloat16(bytes.getShort(2 * i));
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    values[from + i] = (float) bytes.getDouble(8 * i);
                }
            }
            default -> throw new IllegalArgumentException(dtype + " is no float dtype");
        }
        return count;
    }

    private void requireFinite(String name, float[] values, int first) {
        if (allFinite(values)) {
            return;
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InputException(
                        path,
                        "tensor '" + name + "': expected finite values, found " + values[i] + " at index "
                                + (first + i));
            }
        }
    }

    /** Zero times a finite number is zero, and times any other NaN; four sums at once because additions wait for each other. */
    private static boolean allFinite(float[] values) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i + 3 < values.length; i += 4) {
            a += 0 * values[i];
            b += 0 * values[i + 1];
            c += 0 * values[i + 2];
            d += 0 * values[i + 3];
        }
        for (; i < values.length; i++) {
            a += 0 * values[i];
        }
        return a + b + c + d == 0;
    }

    @Override
    public Matrix matrix(String name) {
        TensorInfo info = info(name);
        if (info.shape().size() != 2 || info.shape().stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
            throw new InputException(path, "tensor '" + name + "': expected a matrix, found the shape " + info.shape());
        }
        return new Matrix(
                Math.toIntExact(info.shape().get(0)),
                Math.toIntExact(info.shape().get(1)),
                floats(name));
    }
}
