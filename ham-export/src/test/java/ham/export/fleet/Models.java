package ham.export.fleet;

import com.google.protobuf.ByteString;
import ham.export.OnnxFiles;
import ham.export.proto.ModelProto;
import ham.export.proto.TensorProto;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Versions of two small models, one with its weights inside and one with external data. */
final class Models {
    private Models() {}

    /** A model whose weights of one kind are moved a little further with every version; version 0 is that of the test data. */
    static Path inside(Path folder, int version) throws IOException {
        ModelProto model = OnnxFiles.read(TestData.path("onnx-exports/hf-sdpa/ts17.onnx"));
        ModelProto.Builder changed = model.toBuilder();
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            TensorProto tensor = model.getGraph().getInitializer(i);
            if (tensor.getDimsCount() == 2 && tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber()) {
                byte[] bytes = tensor.getRawData().toByteArray();
                move(bytes, version);
                changed.getGraphBuilder().getInitializerBuilder(i).setRawData(ByteString.copyFrom(bytes));
            }
        }
        Path file = Files.createDirectories(folder).resolve("model.onnx");
        OnnxFiles.write(changed.build(), file);
        return file;
    }

    /** The same beside its data. */
    static Path external(Path folder, int version) throws IOException {
        Path source = TestData.path("onnx-exports/timm-sdpa/ts17_external.onnx");
        Files.createDirectories(folder);
        byte[] data = Files.readAllBytes(source.resolveSibling("ts17_external.onnx.data"));
        move(data, version);
        Files.write(folder.resolve("ts17_external.onnx.data"), data);
        return Files.copy(source, folder.resolve("model.onnx"));
    }

    private static void move(byte[] bytes, int version) {
        ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 4 <= bytes.length; i += 4) {
            floats.putFloat(i, floats.getFloat(i) * (1 + version * 0.001f));
        }
    }

    /** What a model answers to the same input always: by it models are told apart. */
    static float[] answer(Path model) {
        float[] input = new float[3 * 32 * 32];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) Math.sin(i);
        }
        try (OnnxModel opened = OnnxModel.open(model, new SessionSettings(1))) {
            return opened.run(input, new long[] {1, 3, 32, 32});
        }
    }
}
