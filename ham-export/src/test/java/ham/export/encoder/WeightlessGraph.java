package ham.export.encoder;

import com.google.protobuf.ByteString;
import ham.export.OnnxFiles;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The graphs of the tiny encoders, which are kept without the weights that stand in the checkpoint beside them: an initializer's doc string says which
 * tensor it holds, and whether transposed.
 */
public final class WeightlessGraph {
    private static final String SAME = "tensor ";
    private static final String TRANSPOSED = "transposed ";
    private static final int SMALL = 64;

    private WeightlessGraph() {}

    /** Whether there is such a graph of an encoder. */
    public static boolean exists(String encoder, String exporter) {
        return Files.exists(TestData.path("encoders").resolve(encoder).resolve(exporter + ".weightless.onnx.gz"));
    }

    /** Writes the graph as its exporter did. */
    public static Path restore(String encoder, String exporter, Path folder) throws IOException {
        Path source = TestData.path("encoders").resolve(encoder);
        SafetensorsFile weights = SafetensorsFile.open(source.resolve("model.safetensors"));
        ModelProto model;
        try (InputStream file =
                new GZIPInputStream(Files.newInputStream(source.resolve(exporter + ".weightless.onnx.gz")))) {
            model = ModelProto.parseFrom(file);
        }
        GraphProto.Builder graph = model.getGraph().toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            String what = tensor.getDocString();
            if (what.startsWith(SAME)) {
                graph.setInitializer(i, filled(tensor, weights.floats(what.substring(SAME.length()))));
            } else if (what.startsWith(TRANSPOSED)) {
                Matrix matrix = weights.matrix(what.substring(TRANSPOSED.length()));
                graph.setInitializer(i, filled(tensor, matrix.transpose().data()));
            }
        }
        Path file = folder.resolve(exporter + ".onnx");
        OnnxFiles.write(model.toBuilder().setGraph(graph).build(), file);
        return file;
    }

    private static TensorProto filled(TensorProto tensor, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return tensor.toBuilder()
                .setRawData(ByteString.copyFrom(bytes))
                .clearDocString()
                .build();
    }

    /** How the kept graphs were made: arguments are a folder of encoders with the exporters' files, and the folder to write to. */
    public static void main(String... arguments) throws IOException {
        Path from = Path.of(arguments[0]);
        Path to = Path.of(arguments[1]);
        for (String exporter : List.of("ts17", "dynamo")) {
            try (var folders = Files.list(from)) {
                for (Path folder : folders.filter(Files::isDirectory).toList()) {
                    Path file = folder.resolve(exporter + ".onnx");
                    if (Files.exists(file)) {
                        strip(file, to.resolve(folder.getFileName()).resolve(exporter + ".weightless.onnx.gz"));
                    }
                }
            }
        }
    }

    private static void strip(Path file, Path output) throws IOException {
        SafetensorsFile weights = SafetensorsFile.open(file.resolveSibling("model.safetensors"));
        ModelProto model = OnnxFiles.read(file);
        GraphProto.Builder graph = model.getGraph().toBuilder();
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            TensorProto tensor = graph.getInitializer(i);
            if (tensor.getDataType() == DataType.FLOAT.getNumber()
                    && tensor.getRawData().size() > SMALL * Float.BYTES) {
                Optional<String> found = find(tensor, weights);
                if (found.isPresent()) {
                    graph.setInitializer(i, tensor.toBuilder().clearRawData().setDocString(found.get()));
                }
            }
        }
        try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(output))) {
            model.toBuilder().setGraph(graph).build().writeTo(packed);
        }
    }

    private static Optional<String> find(TensorProto tensor, SafetensorsFile weights) {
        float[] values = new float[tensor.getRawData().size() / Float.BYTES];
        tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        for (String name : weights.names()) {
            if (weights.info(name).elements() == values.length) {
                if (Arrays.equals(weights.floats(name), values)) {
                    return Optional.of(SAME + name);
                }
                if (weights.info(name).shape().size() == 2
                        && Arrays.equals(weights.matrix(name).transpose().data(), values)) {
                    return Optional.of(TRANSPOSED + name);
                }
            }
        }
        return Optional.empty();
    }
}
