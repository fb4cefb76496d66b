package ham.merge.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import ham.merge.InputException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A safetensors file whose tensors are declared first and written afterwards, in any order and by any thread. Metadata stands in name order,
 * tensors by element size, the largest first, and then by name, the header is padded with spaces to a multiple of 8 bytes. So every element is
 * aligned, and the same content always gives the same bytes.
 */
public final class SafetensorsOutput implements Closeable {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int CHUNK = 1 << 17;
    private static final ThreadLocal<ByteBuffer> BUFFERS =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN));

    /** What will be written. */
    public static final class Layout {
        private final SortedMap<String, String> metadata = new TreeMap<>();
        private final SortedMap<String, Declared> tensors = new TreeMap<>();

        /** Adds an entry of {@code __metadata__}. */
        public Layout metadata(String key, String value) {
            metadata.put(key, value);
            return this;
        }

        /**
         * Declares a tensor.
         *
         * @throws IllegalArgumentException when the name is taken or reserved
         */
        public Layout add(String name, DType dtype, long... shape) {
            if (name.equals("__metadata__")) {
                throw new IllegalArgumentException("no tensor may be called __metadata__");
            }
            List<Long> sizes = Arrays.stream(shape).boxed().toList();
            if (tensors.put(name, new Declared(dtype, sizes)) != null) {
                throw new IllegalArgumentException("tensor '" + name + "' was added twice");
            }
            return this;
        }

        private List<Map.Entry<String, Declared>> inFileOrder() {
            List<Map.Entry<String, Declared>> order = new ArrayList<>(tensors.entrySet());
            order.sort(
                    Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
            return order;
        }
    }

    private record Declared(DType dtype, List<Long> shape) {
        long bytes() {
            return dtype.bytes() * shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private record Place(long offset, Declared tensor) {}

    private final Path file;
    private final FileChannel channel;
    private final Map<String, Place> places = new HashMap<>();
    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    /**
     * Begins a file.
     *
     * @throws InputException when it cannot be written
     */
    public SafetensorsOutput(Path file, Layout layout) {
        this.file = file;
        try {
            this.channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw InputException.unwritable(file, e);
        }
        try {
            begin(layout);
        } catch (IOException e) {
            throw closing(InputException.unwritable(file, e));
        } catch (RuntimeException e) {
            throw closing(e);
        }
    }

    private RuntimeException closing(RuntimeException first) {
        try {
            channel.close();
        } catch (IOException e) {
            first.addSuppressed(e);
        }
        return first;
    }

    private void begin(Layout layout) throws IOException {
        byte[] json = header(layout);
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        Arrays.fill(header.array(), header.position(), 8 + padded, (byte) ' ');
        places.replaceAll((name, place) -> new Place(place.offset() + 8 + padded, place.tensor()));
        missing.addAll(places.keySet());
        write(header.position(0), 0);
    }

    private byte[] header(Layout layout) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!layout.metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> entry : layout.metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long offset = 0;
            for (Map.Entry<String, Declared> entry : layout.inFileOrder()) {
                Declared tensor = entry.getValue();
                json.writeObjectFieldStart(entry.getKey());
                json.writeStringField("dtype", tensor.dtype().name());
                writeArray(json, "shape", tensor.shape());
                writeArray(json, "data_offsets", List.of(offset, offset + tensor.bytes()));
                json.writeEndObject();
                places.put(entry.getKey(), new Place(offset, tensor));
                offset += tensor.bytes();
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void writeArray(JsonGenerator json, String name, List<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }

    /** Writes a float32 tensor. */
    public void write(String name, float[] values) {
        long offset = place(name, DType.F32, (long) Float.BYTES * values.length);
        ByteBuffer buffer = BUFFERS.get();
        for (int from = 0; from < values.length; from += CHUNK / Float.BYTES) {
            int count = Math.min(CHUNK / Float.BYTES, values.length - from);
            buffer.clear().asFloatBuffer().put(values, from, count);
            write(buffer.limit(Float.BYTES * count), offset + (long) Float.BYTES * from);
        }
    }

    /** Writes a float64 tensor. */
    public void write(String name, double[] values) {
        long offset = place(name, DType.F64, (long) Double.BYTES * values.length);
        ByteBuffer buffer = BUFFERS.get();
        for (int from = 0; from < values.length; from += CHUNK / Double.BYTES) {
            int count = Math.min(CHUNK / Double.BYTES, values.length - from);
            buffer.clear().asDoubleBuffer().put(values, from, count);
            write(buffer.limit(Double.BYTES * count), offset + (long) Double.BYTES * from);
        }
    }

    /** Writes a tensor of any dtype from its little-endian, row-major bytes: those from the buffer's position to its limit. */
    public void write(String name, DType dtype, ByteBuffer bytes) {
        write(bytes.duplicate(), place(name, dtype, bytes.remaining()));
    }

    /** Writes a tensor of any dtype and size from its little-endian, row-major bytes, piece after piece. */
    public void write(String name, DType dtype, Iterable<ByteBuffer> pieces) {
        Place declared = places.get(name);
        long offset =
                place(name, dtype, declared == null ? 0 : declared.tensor().bytes());
        long end = offset + declared.tensor().bytes();
        for (ByteBuffer piece : pieces) {
            int bytes = piece.remaining();
            if (bytes > end - offset) {
                throw new IllegalArgumentException("tensor '" + name + "': pieces of more bytes than were declared");
            }
            write(piece.duplicate(), offset);
            offset += bytes;
        }
        if (offset != end) {
            throw new IllegalArgumentException("tensor '" + name + "': pieces of fewer bytes than were declared");
        }
    }

    private long place(String name, DType dtype, long bytes) {
        Place place = places.get(name);
        if (place == null || place.tensor().dtype() != dtype || place.tensor().bytes() != bytes) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' of " + bytes + " bytes, " + dtype + ", was not declared so: " + place);
        }
        missing.remove(name);
        return place.offset();
    }

    private void write(ByteBuffer bytes, long offset) {
        try {
            long position = offset;
            while (bytes.hasRemaining()) {
                position += channel.write(bytes, position);
            }
        } catch (IOException e) {
            throw InputException.unwritable(file, e);
        }
    }

    /**
     * Ends the file.
     *
     * @throws IllegalStateException when a declared tensor was not written
     */
    public void finish() {
        if (!missing.isEmpty()) {
            throw new IllegalStateException(file + ": tensors were declared but not written: " + missing);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw InputException.unwritable(file, e);
        }
    }
}
