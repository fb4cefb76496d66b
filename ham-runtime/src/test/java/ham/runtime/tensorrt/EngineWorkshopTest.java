package ham.runtime.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.ModelException;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.onnx.ModelHash;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineFile;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.runtime.tensorrt.engine.EngineRecord;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineWorkshopTest {
    private static final EngineOptions OPTIONS =
            new EngineOptions(EnginePrecision.FP16, new BatchRange(1, 2, 4), EngineOptions.WORKSPACE, true);
    private static final Tensor IMAGES = Tensor.of(
            new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3}, 2, 3, 2, 2);

    @TempDir
    private Path folder;

    private final FakeGpu gpu = new FakeGpu();
    private final List<String> stages = new ArrayList<>();
    private final EngineWorkshop workshop = new EngineWorkshop(gpu::open, (stage, elapsed) -> stages.add(stage));
    private Path onnx;
    private Path engine;

    @BeforeEach
    void copyModel() throws IOException {
        onnx = Files.copy(TestData.path("onnx/colors.onnx"), folder.resolve("colors.onnx"));
        engine = folder.resolve("made/colors.engine");
    }

    @AfterEach
    void everythingNativeIsClosed() {
        assertThat(gpu.alive()).as(String.join("\n", gpu.diary)).isZero();
    }

    private EngineRecord build() {
        return workshop.build(onnx, engine, OPTIONS, Optional.empty(), OptionalDouble.empty());
    }

    /** Another model of the same graph: its own bytes differ in one weight or, as here, in nothing but the metadata's text. */
    private Path next() throws IOException {
        byte[] bytes = Files.readAllBytes(onnx);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String changed = text.replace("\"red\"", "\"rot\"");
        assertThat(changed).isNotEqualTo(text);
        return Files.write(folder.resolve("next.onnx"), changed.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void refuses(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(ModelException.class).hasMessageContainingAll(parts);
    }

    @Test
    void anEngineThatWasBuiltRunsAsItsModelDoes() {
        EngineRecord made = build();

        assertThat(made.parity().passed()).isTrue();
        assertThat(made.parity().rows()).isEqualTo(1 + 2 + 4);
        assertThat(made.refits()).isZero();
        assertThat(stages)
                .containsExactly("building an engine for colors.onnx", "comparing with ONNX Runtime on the CPU");
        assertThat(gpu.diary).contains("build fp16 1,2,4");
        try (Model reference = OnnxModel.open(onnx, new SessionSettings(1));
                Model opened = workshop.open(engine)) {
            assertThat(opened.inputs()).isEqualTo(reference.inputs());
            assertThat(opened.outputs()).isEqualTo(reference.outputs());
            assertThat(opened.metadata()).isEqualTo(reference.metadata());
            assertThat(opened.provider()).isEqualTo("TensorRT 10.12.0");
            Map<String, Tensor> inputs = Map.of("pixel_values", IMAGES);
            assertThat(opened.run(inputs)).isEqualTo(reference.run(inputs));
            assertThat(opened.run(inputs)).isEqualTo(reference.run(inputs));
        }
        assertThat(gpu.diary.stream().filter("open context"::equals)).hasSize(3 + 1);
    }

    @Test
    void anEngineIsAClassifier() {
        build();
        try (Classifier classifier = Classifier.of(workshop.open(engine), Supplement.NONE)) {
            assertThat(classifier.labels()).contains("red");
        }
    }

    @Test
    void aClassifierKeepsToTheBatchesOfItsEngine() {
        List<RgbImage> images = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            images.add(new RgbImage(2, 2, new byte[] {(byte) (30 * i), 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, (byte) (9 * i)}));
        }
        try (Classifier reference = Classifier.open(onnx, new SessionSettings(1))) {
            float[][] expected = reference.logits(images);
            for (String range : List.of("1,2,4", "3,3,5", "2,2,2", "5,6,40")) {
                EngineOptions options =
                        new EngineOptions(EnginePrecision.FP32, BatchRange.of(range), EngineOptions.WORKSPACE, true);
                workshop.build(onnx, engine, options, Optional.empty(), OptionalDouble.empty());
                try (Classifier classifier = Classifier.of(workshop.open(engine), Supplement.NONE)) {
                    classifier.warmUp(1);
                    assertThat(classifier.logits(images)).as(range).isDeepEqualTo(expected);
                    assertThat(classifier.logits(images.subList(0, 1))[0]).isEqualTo(expected[0]);
                }
            }
        }
    }

    @Test
    void theRecordSaysInJsonWhatTheEngineWasMadeFrom() {
        EngineRecord made = build();
        var json = EngineFile.json(made);

        assertThat(json.at("/model").asText()).isEqualTo("colors.onnx");
        assertThat(json.at("/key/model_sha256").asText()).isEqualTo(ModelHash.of(onnx));
        assertThat(json.at("/key/gpu").asText()).isEqualTo("Test GPU");
        assertThat(json.at("/key/tensor_rt").asText()).isEqualTo("10.12.0");
        assertThat(json.at("/parity/max_abs").asDouble()).isZero();
        assertThat(json.at("/inputs/0/dimension_names/0").asText()).isEqualTo("batch");
        assertThat(new EngineFile(engine).readRecord()).isEqualTo(made);
    }

    @Test
    void anEngineThatGivesOtherResultsIsNotSaved() {
        gpu.error = 0.5f;

        refuses(this::build, "colors.onnx: expected an engine that gives what ONNX Runtime gives on the CPU", "0.5");
        assertThat(engine.getParent()).doesNotExist();
        gpu.error = Float.NaN;
        refuses(this::build, "not saved");
    }

    @Test
    void aRefitTakesTheWeightsOfTheNextModelAndIsCompared() throws IOException {
        EngineRecord made = build();
        Path next = next();
        Path out = folder.resolve("next.engine");

        EngineRecord refitted = workshop.refit(engine, next, out, OptionalDouble.empty());

        assertThat(refitted.refits()).isEqualTo(1);
        assertThat(refitted.model()).isEqualTo("next.onnx");
        assertThat(refitted.key()).isEqualTo(made.key().withModel(ModelHash.of(next)));
        assertThat(refitted.metadata().get("ham.labels")).contains("rot");
        try (Classifier classifier = Classifier.of(workshop.open(out), Supplement.NONE)) {
            assertThat(classifier.labels()).contains("rot");
        }
        assertThat(workshop.refit(out, onnx, out, OptionalDouble.empty()).refits())
                .isEqualTo(2);
        gpu.error = 0.5f;
        refuses(() -> workshop.refit(engine, next, engine, OptionalDouble.empty()), "not saved");
        assertThat(new EngineFile(engine).readRecord().model()).isEqualTo("colors.onnx");
    }

    @Test
    void aRefitNeedsARefittableEngineAndTheSameGraph() throws IOException {
        build();
        Path other = TestData.path("onnx/colors_batch2.onnx");
        refuses(
                () -> workshop.refit(engine, other, engine, OptionalDouble.empty()),
                "colors_batch2.onnx: expected inputs and outputs as of",
                "[batch, 3, 2, 2]",
                "[2, 3, 2, 2]");
        refuses(
                () -> workshop.refit(engine, TestData.path("onnx/colors_bare.onnx"), engine, OptionalDouble.empty()),
                "colors_bare.onnx");

        gpu.canRefitAgain = false;
        Path once = folder.resolve("once.engine");
        workshop.refit(engine, next(), once, OptionalDouble.empty());
        refuses(() -> workshop.refit(once, onnx, once, OptionalDouble.empty()), "refit the engine that was built");

        EngineOptions fixed =
                new EngineOptions(EnginePrecision.FP32, new BatchRange(1, 1, 2), EngineOptions.WORKSPACE, false);
        workshop.build(onnx, engine, fixed, Optional.empty(), OptionalDouble.empty());
        refuses(() -> workshop.refit(engine, onnx, engine, OptionalDouble.empty()), "built to be refitted");
    }

    @Test
    void anEngineOfAnotherMachineIsRefused() {
        build();
        gpu.machine = FakeGpu.machine("10.13.0", "12.9", "Test GPU", "8.9");
        refuses(() -> workshop.open(engine), "was built for TensorRT 10.12.0, found 10.13.0", "build one here");
        gpu.machine = FakeGpu.machine("10.12.0", "12.8", "Test GPU", "8.9");
        refuses(() -> workshop.open(engine), "was built for CUDA 12.9, found 12.8");
        gpu.machine = FakeGpu.machine("10.12.0", "12.9", "Test GPU", "9.0");
        refuses(() -> workshop.open(engine), "was built for compute capability 8.9, found 9.0");
        gpu.machine = FakeGpu.machine("10.12.0", "12.9", "Other GPU", "8.9");
        refuses(() -> workshop.open(engine), "was built for GPU Test GPU, found Other GPU");
        refuses(() -> workshop.refit(engine, onnx, engine, OptionalDouble.empty()), "Other GPU");
    }

    @Test
    void anEngineThatWasChangedOrLostItsRecordIsRefused() throws IOException {
        build();
        byte[] bytes = Files.readAllBytes(engine);
        Path recordFile = engine.resolveSibling("colors.engine.json");
        bytes[0] ^= 1;
        Files.write(engine, bytes);
        refuses(() -> workshop.open(engine), "bytes that its record tells of, found others");
        Files.write(engine, new byte[] {1});
        refuses(() -> workshop.open(engine), "found 1;");
        Files.writeString(recordFile, "{\"format\": 2}");
        refuses(() -> workshop.open(engine), "expected a record of format 1, found 2");
        Files.writeString(recordFile, "{\"format\": 1}");
        refuses(() -> workshop.open(engine), "broken");
        Files.writeString(recordFile, "{");
        refuses(() -> workshop.open(engine), "broken");
        Files.delete(recordFile);
        refuses(() -> workshop.open(engine), "found no record");
    }

    @Test
    void theEngineOfAModelIsBuiltOnceAndFoundAgain() throws IOException {
        workshop.openOrBuild(onnx, folder.resolve("engines"), OPTIONS).close();
        workshop.openOrBuild(onnx, folder.resolve("engines"), OPTIONS).close();
        assertThat(gpu.diary.stream().filter(each -> each.startsWith("build"))).hasSize(1);

        workshop.openOrBuild(next(), folder.resolve("engines"), OPTIONS).close();
        gpu.machine = FakeGpu.machine("10.12.0", "12.9", "Other GPU", "8.9");
        workshop.openOrBuild(onnx, folder.resolve("engines"), OPTIONS).close();
        assertThat(gpu.diary.stream().filter(each -> each.startsWith("build"))).hasSize(3);
    }

    @Test
    void whoClosesLastClosesTheEngine() {
        build();
        Model model = workshop.open(engine);
        Bound first = model.bind(1, 3, 2, 2);
        Bound second = model.bind(4, 3, 2, 2);
        refuses(() -> model.bind(5, 3, 2, 2), "expected a batch from 1 to 4");
        first.close();
        first.close();
        model.close();
        model.close();

        assertThat(gpu.alive()).isEqualTo(3);
        assertThatThrownBy(second::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed");
        assertThatThrownBy(first::run).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> model.bind(1, 3, 2, 2)).isInstanceOf(IllegalStateException.class);
        second.close();
        assertThat(gpu.diary.subList(gpu.diary.size() - 3, gpu.diary.size()))
                .containsExactly("close context", "close engine", "close library");
    }

    @Test
    void aModelThatAnEngineCannotTakeIsRefusedBeforeTheBuild() {
        Path types = TestData.path("onnx/types.onnx");
        refuses(
                () -> workshop.build(types, engine, OPTIONS, Optional.empty(), OptionalDouble.empty()),
                "types.onnx: expected a model of one input");
        Path two = TestData.path("onnx/colors_batch2.onnx");
        refuses(
                () -> workshop.build(two, engine, OPTIONS, Optional.empty(), OptionalDouble.empty()),
                "expected a batch of 2 as the graph has it, found 1,2,4");
        assertThat(gpu.diary).noneMatch(each -> each.startsWith("build"));
    }
}
