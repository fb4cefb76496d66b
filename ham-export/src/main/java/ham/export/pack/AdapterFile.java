package ham.export.pack;

import ham.export.vit.AdapterForm.Parameter;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes ONNX Runtime's {@code .onnx_adapter}: named tensors as a FlatBuffer with the identifier {@code TORT}.
 *
 * <p>Laid out from front to back: header, root table, vector of parameters, and for every parameter its table, name, dimensions and values. Root
 * slots: format version (1), adapter version, model version, parameters. Slots of a parameter: name, dimensions (int64), type (1 = float32),
 * values. Source: the FlatBuffers internals page and {@code adapter_schema.fbs} of ONNX Runtime.
 */
final class AdapterFile {
    private static final int FLOAT = 1;
    private static final int VTABLE_BYTES = 12;
    private static final int TABLE_BYTES = 20;
    /** Where the values of a tensor begin, so that they can be used where they are. */
    private static final int ALIGNMENT = 16;

    private AdapterFile() {}

    /** Writes the tensors in the order of their names; the same tensors give the same bytes. */
    static void write(Path file, SortedMap<String, Parameter> tensors) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(size(file, tensors)).order(ByteOrder.LITTLE_ENDIAN);
        int rootVtable = 8;
        int root = rootVtable + VTABLE_BYTES;
        out.putInt(0, root).put(4, "TORT".getBytes(StandardCharsets.US_ASCII)).position(rootVtable);
        vtable(out);
        out.putInt(root - rootVtable).putInt(1).putInt(1).putInt(1).putInt(Integer.BYTES);
        int vector = out.position();
        out.putInt(tensors.size());
        int entry = out.position();
        out.position(entry + Integer.BYTES * tensors.size());
        int vtable = out.position();
        vtable(out);
        for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
            align(out, Integer.BYTES, 0);
            out.putInt(entry, out.position() - entry);
            entry += Integer.BYTES;
            parameter(out, vtable, tensor.getKey(), tensor.getValue());
        }
        if (vector != root + TABLE_BYTES) {
            throw new IllegalStateException("the root table ends at " + vector);
        }
        out.flip();
        try (var channel = Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }
    }

    /** Four slots, in the order in which their fields stand in the table. */
    private static void vtable(ByteBuffer out) {
        out.putShort((short) VTABLE_BYTES).putShort((short) TABLE_BYTES);
        for (int slot = 1; slot <= 4; slot++) {
            out.putShort((short) (Integer.BYTES * slot));
        }
    }

    private static void parameter(ByteBuffer out, int vtable, String name, Parameter tensor) {
        int table = out.position();
        out.putInt(table - vtable).position(table + TABLE_BYTES);
        out.putInt(table + 12, FLOAT);

        refer(out, table + 4);
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        out.putInt(text.length).put(text).put((byte) 0);

        align(out, Long.BYTES, Integer.BYTES);
        refer(out, table + 8);
        out.putInt(tensor.shape().size());
        tensor.shape().forEach(out::putLong);

        align(out, ALIGNMENT, Integer.BYTES);
        refer(out, table + 16);
        int bytes = Float.BYTES * tensor.values().length;
        out.putInt(bytes);
        out.asFloatBuffer().put(tensor.values());
        out.position(out.position() + bytes);
    }

    /** Lets the field at {@code field} point to where we are, which strings and vectors begin at a multiple of 4. */
    private static void refer(ByteBuffer out, int field) {
        out.putInt(field, out.position() - field);
    }

    /** Moves on until {@code ahead} bytes later is a multiple of {@code alignment}. */
    private static void align(ByteBuffer out, int alignment, int ahead) {
        while ((out.position() + ahead) % alignment != 0) {
            out.put((byte) 0);
        }
    }

    private static int size(Path file, SortedMap<String, Parameter> tensors) {
        long size = 64;
        for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
            size += 128L
                    + tensor.getKey().getBytes(StandardCharsets.UTF_8).length
                    + (long) Long.BYTES * tensor.getValue().shape().size()
                    + (long) Float.BYTES * tensor.getValue().values().length;
        }
        if (size > Integer.MAX_VALUE) {
            throw new InputException(file, "expected an adapter below 2 GB, found tensors of " + size + " bytes");
        }
        return (int) size;
    }
}
