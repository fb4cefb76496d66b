package ham.export.pack;

import com.google.flatbuffers.FlatBufferBuilder;
import ham.export.encoder.AdapterForm.Parameter;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes ONNX Runtime's {@code .onnx_adapter}: named tensors as a FlatBuffer with the identifier {@code TORT}.
 *
 * <p>Root slots: format version (1), adapter version, model version, parameters. Slots of a parameter: name, dimensions (int64), type (1 =
 * float32), values. Source: {@code adapter_schema.fbs} of ONNX Runtime.
 */
final class AdapterFile {
    private static final String IDENTIFIER = "TORT";
    private static final int FLOAT = 1;
    private static final int SLOTS = 4;
    private static final int NONE = 0;
    /** Where the values of a tensor begin, so that they can be used where they are. */
    private static final int ALIGNMENT = 16;

    private AdapterFile() {}

    /** Writes the tensors in the order of their names; the same tensors give the same bytes. */
    static void write(Path file, SortedMap<String, Parameter> tensors) throws IOException {
        FlatBufferBuilder builder = new FlatBufferBuilder(size(file, tensors));
        int[] parameters = new int[tensors.size()];
        int count = 0;
        for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
            parameters[count++] = parameter(builder, tensor.getKey(), tensor.getValue());
        }
        int vector = builder.createVectorOfTables(parameters);
        builder.startTable(SLOTS);
        for (int version = 0; version < 3; version++) {
            builder.addInt(version, 1, NONE);
        }
        builder.addOffset(3, vector, NONE);
        builder.finish(builder.endTable(), IDENTIFIER);
        ByteBuffer out = builder.dataBuffer();
        try (var channel = Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (out.hasRemaining()) {
                channel.write(out);
            }
        }
    }

    private static int parameter(FlatBufferBuilder builder, String name, Parameter tensor) {
        int bytes = Float.BYTES * tensor.values().length;
        builder.createUnintializedVector(1, bytes, ALIGNMENT).asFloatBuffer().put(tensor.values());
        int values = builder.endVector();
        builder.startVector(Long.BYTES, tensor.shape().size(), Long.BYTES);
        for (int i = tensor.shape().size() - 1; i >= 0; i--) {
            builder.addLong(tensor.shape().get(i));
        }
        int dims = builder.endVector();
        int text = builder.createString(name);
        builder.startTable(SLOTS);
        builder.addOffset(0, text, NONE);
        builder.addOffset(1, dims, NONE);
        builder.addInt(2, FLOAT, NONE);
        builder.addOffset(3, values, NONE);
        return builder.endTable();
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
