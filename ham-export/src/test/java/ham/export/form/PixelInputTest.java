package ham.export.form;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.graph.ValueInfos;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.TensorProto.DataType;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import ham.runtime.model.OnnxModel;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import ham.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The nodes alone, beside the preprocessing that is bit-identical to Pillow. */
class PixelInputTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"BILINEAR", "BICUBIC"})
    void resizedBytesAreThoseOfPillowOrTheirNeighbours(Resample filter) throws IOException {
        Preprocessing bytes = new Preprocessing(
                new Resizing.Exact(32, 28),
                filter,
                Crop.NONE,
                32,
                28,
                1,
                List.of(0.0, 0.0, 0.0),
                List.of(1.0, 1.0, 1.0));
        Random random = new Random(4);
        int differing = 0;
        int all = 0;
        try (OnnxModel model = OnnxModel.open(write(bytes), SampleModel.SETTINGS)) {
            for (int i = 0; i < 40; i++) {
                int width = 1 + random.nextInt(i < 20 ? 40 : 200);
                int height = 1 + random.nextInt(i < 20 ? 40 : 200);
                byte[] rgb = new byte[3 * width * height];
                random.nextBytes(rgb);
                float[] expected = bytes.apply(new RgbImage(width, height, rgb));
                float[] found = model.run(Map.of("images", Tensor.of(rgb, 1, height, width, 3)))
                        .get("out")
                        .floats();
                for (int k = 0; k < expected.length; k++) {
                    assertThat(Math.abs(found[k] - expected[k])).isLessThanOrEqualTo(1);
                    differing += found[k] == expected[k] ? 0 : 1;
                    all++;
                }
            }
        }
        assertThat((double) differing / all).isLessThan(0.02);
    }

    private Path write(Preprocessing preprocessing) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("pixels");
        Nodes nodes = new Nodes();
        new PixelInput(nodes, preprocessing).write("images", "out", DataType.FLOAT);
        nodes.putBefore(graph);
        graph.addInput(ValueInfos.of(
                "images",
                DataType.UINT8,
                List.of(
                        ValueInfos.free("batch"),
                        ValueInfos.free("height"),
                        ValueInfos.free("width"),
                        ValueInfos.fixed(3))));
        graph.addOutput(ValueInfos.of(
                "out",
                DataType.FLOAT,
                List.of(ValueInfos.free("batch"), ValueInfos.fixed(3), ValueInfos.fixed(32), ValueInfos.fixed(28))));
        Path file = folder.resolve("pixels.onnx");
        OnnxFiles.write(
                ModelProto.newBuilder()
                        .setIrVersion(8)
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
                        .setGraph(graph)
                        .build(),
                file);
        return file;
    }
}
