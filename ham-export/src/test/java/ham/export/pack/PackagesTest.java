package ham.export.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.form.FormChange;
import ham.export.form.GraphForm;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.graph.Attributes;
import ham.export.graph.ValueInfos;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.StringStringEntryProto;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.join.HamParameters;
import ham.merge.tensor.Matrix;
import ham.runtime.ModelException;
import ham.runtime.model.AdaptedModel;
import ham.runtime.text.TextPreprocessing;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagesTest {
    private static final long[] SHAPE = {8, 3, 32, 32};

    @TempDir
    private Path folder;

    /** PEFT's own logits of every adapter, through ONNX Runtime's adapters. */
    @Test
    void everyAdapterGivesTheLogitsOfPeft() throws IOException {
        PackageRecord record = adapters(merge(List.of()));
        assertThat(record.tasks()).hasSize(6);
        try (AdaptedModel model = AdaptedModel.open(folder.resolve("base.onnx"), SampleModel.SETTINGS)) {
            for (PackageRecord.Task task : record.tasks()) {
                String name = task.task();
                model.load(name, folder.resolve(task.adapter()));
                assertThat(task.parityMaxAbs()).isLessThan(1e-4);
            }
            for (String name : model.adapters()) {
                float[] found = model.run(name, SampleModel.tinyInputs().pixelValues(), SHAPE);
                assertClose(found, SampleModel.floats("peft-adapters/logits.safetensors", name));
            }
        }
        assertComplete(record);
    }

    /** A task's head comes with its adapter, at its own number of classes. */
    @Test
    void headsOfSeveralSizesAreInTheAdapters() throws IOException {
        List<Head> heads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            heads.add(new LinearHead(random(i + 2, 64, i), new float[i + 2]));
        }
        adapters(merge(heads));
        try (AdaptedModel model = AdaptedModel.open(folder.resolve("base.onnx"), SampleModel.SETTINGS)) {
            model.load("a", folder.resolve("adapter0.onnx_adapter"));
            model.load("b", folder.resolve("adapter5.onnx_adapter"));
            assertThat(model.run("a", SampleModel.tinyInputs().pixelValues(), SHAPE))
                    .hasSize(8 * 2);
            assertThat(model.run("b", SampleModel.tinyInputs().pixelValues(), SHAPE))
                    .hasSize(8 * 7);
        }
    }

    @Test
    void headsOfTwoKindsAreRefused() {
        List<Head> heads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            heads.add(i < 5 ? new LinearHead(random(2, 64, i), new float[2]) : new PrototypeHead(random(2, 64, i)));
        }
        assertThatThrownBy(() -> adapters(merge(heads)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("package: ", "one kind", "[linear head, prototype head]");
    }

    /** One graph reads the same blocks for all; each task's answers are compared with those of its own model. */
    @Test
    void headsOfSeveralBlocksArePackedWhereAllReadTheSame() throws IOException {
        List<NamedHead> heads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            heads.add(new NamedHead(new PrototypeHead(random(1 + i, 128, i)), classes(i, 1 + i), 1));
        }
        assertThat(adapters(ofNamed(heads)).tasks())
                .allSatisfy(task -> assertThat(task.parityMaxAbs()).isLessThan(1e-4));
        heads.set(5, new NamedHead(new PrototypeHead(random(1, 64, 5)), classes(5, 1)));
        assertThatThrownBy(() -> adapters(ofNamed(heads)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("package: ", "one kind", "[prototype head, prototype head of 1 block]");
    }

    /** Without defaults for the inputs, what is forgotten is refused instead of answered by the base. */
    @Test
    void aMissingOrPartialAdapterIsRefused() throws IOException {
        adapters(merge(List.of()));
        Path partial = folder.resolve("partial.onnx_adapter");
        AdapterFile.write(partial, new TreeMap<>());
        try (AdaptedModel model = AdaptedModel.open(folder.resolve("base.onnx"), SampleModel.SETTINGS)) {
            model.load("partial", partial);
            assertThatThrownBy(
                            () -> model.run("partial", SampleModel.tinyInputs().pixelValues(), SHAPE))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("partial");
            assertThatThrownBy(() -> model.run("none", SampleModel.tinyInputs().pixelValues(), SHAPE))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("'none'");
            assertThatThrownBy(() -> model.load("partial", partial)).hasMessageContaining("a second");
            assertThatThrownBy(() -> model.load("x", folder.resolve("x"))).hasMessageContaining("found no such file");
            assertThatThrownBy(() -> model.load("x", folder.resolve("package.json")))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("cannot load it");
        }
    }

    @Test
    void modelsThatShareTheBaseGiveTheSameLogitsAsWholeOnes() throws IOException {
        AdapterMerge merge = merge(List.of());
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path shared = Files.createDirectory(folder.resolve("shared"));
        assertComplete(new TaskPackage(PackagesTest::export, false, MergeProgress.SILENT).write(whole, merge), whole);
        assertComplete(new TaskPackage(PackagesTest::export, true, MergeProgress.SILENT).write(shared, merge), shared);
        for (int i = 0; i < 6; i++) {
            float[] one = run(whole.resolve("adapter" + i + ".onnx"));
            assertThat(run(shared.resolve("adapter" + i + ".onnx"))).isEqualTo(one);
            assertClose(one, SampleModel.floats("peft-adapters/logits.safetensors", "adapter" + i));
        }
        assertThat(size(shared)).isLessThan(size(whole) / 2);
    }

    @Test
    void aTritonRepositoryDescribesTheModel() throws IOException {
        Path model = folder.resolve("plain.onnx");
        export(Merged.none(), model);
        Path repository = Files.createDirectory(folder.resolve("repository"));
        PackageRecord record = TritonPackage.write(repository, model, new TritonSettings("vit", 4, 2, false));
        assertComplete(record, repository);
        assertThat(repository.resolve("vit/1/model.onnx")).hasSameBinaryContentAs(model);
        assertThat(Files.readAllLines(repository.resolve("vit/labels.txt")))
                .hasSize(10)
                .startsWith("LABEL_0");
        assertThat(repository.resolve("vit/config.pbtxt"))
                .hasContent(
                        """
                name: "vit"
                backend: "onnxruntime"
                default_model_filename: "model.onnx"
                max_batch_size: 4
                input [
                  {
                    name: "pixel_values"
                    data_type: TYPE_FP32
                    dims: [ 3, 32, 32 ]
                  }
                ]
                output [
                  {
                    name: "logits"
                    data_type: TYPE_FP32
                    dims: [ 10 ]
                    label_filename: "labels.txt"
                  }
                ]
                dynamic_batching { }
                instance_group [
                  {
                    count: 2
                    kind: KIND_AUTO
                  }
                ]
                """);
    }

    /** Of several outputs the one of the logits, wherever it stands. */
    @Test
    void labelsAreThoseOfTheOutputThatHoldsTheClasses() throws IOException {
        Path model = folder.resolve("plain.onnx");
        export(Merged.none(), model);
        ModelProto plain = OnnxFiles.read(model);
        ModelProto.Builder wide = plain.toBuilder();
        wide.getGraphBuilder()
                .addNode(NodeProto.newBuilder()
                        .setOpType("Concat")
                        .addInput("logits")
                        .addInput("logits")
                        .addOutput("other")
                        .addAttribute(Attributes.integer("axis", 1)))
                .clearOutput()
                .addOutput(ValueInfos.floats("other", "batch", 20))
                .addOutput(plain.getGraph().getOutput(0));
        assertThat(labelled(wide.build())).isEqualTo("logits");
        ModelProto.Builder same = plain.toBuilder();
        same.getGraphBuilder()
                .addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .addInput("logits")
                        .addOutput("other"))
                .addOutput(ValueInfos.floats("other", "batch", 10));
        assertThat(labelled(same.build())).isEqualTo("logits");
        same.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey("ham.logits").setValue("other"));
        assertThat(labelled(same.build())).isEqualTo("other");
        wide.getGraphBuilder().removeOutput(1);
        assertThat(labelled(wide.build())).isEmpty();
    }

    private String labelled(ModelProto model) throws IOException {
        Path file = folder.resolve("edited.onnx");
        OnnxFiles.write(model, file);
        Path repository = Files.createTempDirectory(folder, "repository");
        TritonPackage.write(repository, file, new TritonSettings("vit", 4, 1, false));
        Matcher found = Pattern.compile("name: \"(\\w+)\"[^}]*label_filename")
                .matcher(Files.readString(repository.resolve("vit/config.pbtxt")));
        return found.find() ? found.group(1) : "";
    }

    @Test
    void forTensorRtTheCommandStandsInPlaceOfTheEngine() throws IOException {
        Path model = folder.resolve("plain.onnx");
        export(Merged.none(), model);
        Path repository = Files.createDirectory(folder.resolve("repository"));
        TritonPackage.write(repository, model, new TritonSettings("vit", 4, 1, true));
        assertThat(Files.readString(repository.resolve("vit/config.pbtxt")))
                .contains("platform: \"tensorrt_plan\"", "default_model_filename: \"model.plan\"", "KIND_GPU");
        assertThat(repository.resolve("vit/1")).isEmptyDirectory();
        assertThat(Files.readString(repository.resolve("README.md")))
                .contains("The engine is not here yet")
                .contains("trtexec --onnx=model.onnx --saveEngine=vit/1/model.plan"
                        + " --minShapes=pixel_values:1x3x32x32 --optShapes=pixel_values:4x3x32x32"
                        + " --maxShapes=pixel_values:4x3x32x32");
        assertThat(repository.resolve("model.onnx")).exists();
    }

    @Test
    void theCommandHasAllInputsOfATextEncoderAndNumbersForItsLengths() throws IOException {
        Path model = folder.resolve("text.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(Checkpoint.open(TestData.path("encoders/bert")))
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(model)
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
        assertThat(engine(model))
                .endsWith(" --minShapes=input_ids:1x1,attention_mask:1x1"
                        + " --optShapes=input_ids:4x128,attention_mask:4x128"
                        + " --maxShapes=input_ids:4x512,attention_mask:4x512");
        ModelProto.Builder told = OnnxFiles.read(model).toBuilder();
        new TextPreprocessing("{}", 64, 0)
                .metadata()
                .forEach((key, value) -> told.addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        OnnxFiles.write(told.build(), model);
        assertThat(engine(model)).contains("--optShapes=input_ids:4x64,", "--maxShapes=input_ids:4x64,");
    }

    private String engine(Path model) throws IOException {
        Path repository = Files.createTempDirectory(folder, "repository");
        return TritonPackage.write(repository, model, new TritonSettings("text", 4, 1, true))
                .build();
    }

    @Test
    void tensorRtGetsNoOperatorsThatItsParserDoesNotKnow() throws IOException {
        Map<NumberFormat, String> formats = Map.of(
                NumberFormat.of(Precision.FP32, Flavor.ORT), "com.microsoft.SkipLayerNormalization",
                NumberFormat.of(Precision.INT8, Flavor.STANDARD), "DynamicQuantizeLinear, MatMulInteger");
        for (Map.Entry<NumberFormat, String> each : formats.entrySet()) {
            Path model = folder.resolve(each.getKey().flavor() + ".onnx");
            VitExporter.export(SampleModel.request(SampleModel.tiny(), each.getKey(), model).toBuilder()
                    .optVerify(false)
                    .build());
            Path repository =
                    Files.createDirectory(folder.resolve("of " + each.getKey().flavor()));
            assertThatThrownBy(() -> TritonPackage.write(repository, model, new TritonSettings("vit", 4, 1, true)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "expected operators that TensorRT's parser knows, found " + each.getValue() + "; export");
            assertThat(repository).isEmptyDirectory();
            TritonPackage.write(repository, model, new TritonSettings("vit", 4, 1, false));
        }
    }

    @Test
    void tritonServesOtherFormsToo() throws IOException {
        Path plain = folder.resolve("plain.onnx");
        export(Merged.none(), plain);
        Path model = folder.resolve("form.onnx");
        FormChange.write(plain, new GraphForm(Input.UINT8, Output.TOP_K, 3, false), model);
        Path repository = Files.createDirectory(folder.resolve("repository"));
        TritonPackage.write(repository, model, new TritonSettings("vit", 4, 1, false));
        assertThat(Files.readString(repository.resolve("vit/config.pbtxt")))
                .contains("data_type: TYPE_UINT8\n    dims: [ -1, -1, 3 ]", "TYPE_INT64\n    dims: [ 3 ]")
                .doesNotContain("label_filename");
        assertThatThrownBy(() -> TritonPackage.write(
                        Files.createDirectory(folder.resolve("other")), model, new TritonSettings("vit", 4, 1, true)))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("TensorRT", "uint8");
        assertThatThrownBy(() -> new TritonSettings("../vit", 4, 1, false)).hasMessageStartingWith("model-name: ");
        assertThatThrownBy(() -> new TritonSettings("vit", 0, 1, false)).hasMessageStartingWith("max-batch: ");
    }

    private PackageRecord adapters(AdapterMerge merge) throws IOException {
        return new AdapterPackage(SampleModel.tiny(), "test", true, SampleModel.SETTINGS, MergeProgress.SILENT)
                .write(folder, merge);
    }

    private static AdapterMerge merge(List<Head> heads) {
        return ofNamed(IntStream.range(0, heads.size())
                .mapToObj(
                        i -> new NamedHead(heads.get(i), classes(i, heads.get(i).classes())))
                .toList());
    }

    private static AdapterMerge ofNamed(List<NamedHead> heads) {
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            AdapterFolder each = AdapterFolder.read(TestData.path("peft-adapters/v4-names/adapter" + i))
                    .onto(SampleModel.tiny(), SampleModel.tiny().sha256());
            Optional<NamedHead> head = heads.isEmpty() ? each.head() : Optional.of(heads.get(i));
            adapters.add(new AdapterFolder(each.path(), each.adapter(), each.record(), head, each.hash()));
        }
        return AdapterMerge.of(adapters, List.of(), HamParameters.DEFAULTS, Optional.empty());
    }

    private static List<String> classes(int task, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "task " + task + " class " + i)
                .toList();
    }

    private static ExportResult export(Merged merged, Path output) {
        return VitExporter.export(ExportRequest.builder()
                .setBase(SampleModel.tiny())
                .setMerged(merged)
                .setVersion("test")
                .setOutput(output)
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
    }

    private static float[] run(Path model) {
        return SampleModel.run(model, SampleModel.tinyInputs().pixelValues(), SHAPE);
    }

    private void assertComplete(PackageRecord record) {
        assertComplete(record, folder);
    }

    private static void assertComplete(PackageRecord record, Path folder) {
        assertThat(folder.resolve("README.md")).isNotEmptyFile();
        assertThat(folder.resolve("package.json")).isNotEmptyFile();
        Map<String, String> listed = new TreeMap<>();
        for (PackageRecord.PackagedFile file : record.files()) {
            Path path = folder.resolve(file.file());
            assertThat(path.toFile()).hasSize(file.bytes());
            listed.put(file.file(), file.sha256());
        }
        assertThat(listed).isEqualTo(hashes(folder));
    }

    /** SHA-256 of every file but the record itself, by the Java platform's own classes. */
    private static Map<String, String> hashes(Path folder) {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                hashes.put(folder.relativize(file).toString(), HexFormat.of().formatHex(digest));
            }
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        hashes.remove("package.json");
        return hashes;
    }

    private static long size(Path folder) {
        long size = 0;
        for (var file : folder.toFile().listFiles()) {
            size += file.length();
        }
        return size;
    }

    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(2e-4f));
        }
    }

    private static Matrix random(int rows, int columns, long seed) {
        Random random = new Random(seed);
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }
}
