package ham.export.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.bake.BakeRequest;
import ham.export.bake.Baker;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.io.Outputs;
import ham.merge.join.HamParameters;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPatchTest {
    @TempDir
    private Path folder;

    private Path patch;
    private Path applied;

    @BeforeEach
    void names() {
        patch = folder.resolve("new.hampatch");
        applied = folder.resolve("applied.onnx");
    }

    /** A patch of an older release, as it was written then. */
    @Test
    void patchesOfOlderReleasesStayReadable() {
        Path result = folder.resolve("new.onnx");
        String sha256 = ModelPatch.apply(
                TestData.path("patches/0.1.0.hampatch"),
                TestData.path("onnx-exports/hf-sdpa/ts17.onnx"),
                result,
                false);
        assertThat(sha256).isEqualTo("d415af820bfa992d8e20d2754aa16e7fa92de56a92431df8ea251db7d1cb0e3c");
        assertThat(result).isNotEmptyFile();
    }

    @Test
    void aPatchOfABuiltModelGivesItsBytes() throws IOException {
        Checkpoint base = Checkpoint.open(TestData.path("backbone"));
        Path before = build(base, Merged.none(), "before.onnx").output();
        Merged merged = factored(192, 6, 4, 0.02);
        ExportResult after = build(base, merged, "after.onnx");
        PatchReport report = ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        assertThat(ModelPatch.apply(patch, before, applied, false)).isEqualTo(report.resultSha256());
        assertThat(applied).hasSameBinaryContentAs(after.output());
        assertThat(report.weights()).extracting(PatchReport.Weight::how).contains("factors");
        assertThat(report.bytes()).isEqualTo(Files.size(patch)).isLessThan(report.denseBytes() / 4);
    }

    /** Merged by the fast kernels, whose sums are not rounded as ours are. */
    @Test
    void aMergeFolderIsReproducedWhateverComputedIt() throws IOException {
        Path before = build(SampleModel.tiny(), Merged.none(), "before.onnx").output();
        Merged merged = mergeFolder();
        ExportResult after = build(SampleModel.tiny(), merged, "after.onnx");
        ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        ModelPatch.apply(patch, before, applied, false);
        assertThat(applied).hasSameBinaryContentAs(after.output());
    }

    /** Foreign graphs hold weights transposed, within a fused one, or in float16. */
    @Test
    void aPatchOfABakedGraphGivesItsBytes() throws IOException {
        Merged merged = mergeFolder();
        for (String graph : List.of("hf-sdpa/ts17", "hf-sdpa/dynamo", "hf-legacy/ts17_fused", "hf-sdpa/ts17_fp16")) {
            Path before = TestData.path("onnx-exports/" + graph + ".onnx");
            Path after = folder.resolve("baked.onnx");
            ExportResult result = Baker.bake(BakeRequest.builder()
                    .setModel(before)
                    .setMerged(merged)
                    .setVersion("test")
                    .setOutput(after)
                    .setSettings(SampleModel.SETTINGS)
                    .optWeights(TestData.path("hf-vit-tiny"))
                    .optForce(true)
                    .optVerify(false)
                    .build());
            Files.deleteIfExists(patch);
            PatchReport report = ModelPatch.write(before, Merged.none(), after, merged, result.matched(), patch);
            ModelPatch.apply(patch, before, applied, true);
            assertThat(applied).as(graph).hasSameBinaryContentAs(after);
            assertThat(report.bytes()).as(graph).isLessThan(Files.size(after) / 2);
        }
    }

    @Test
    void aNewHeadAndMoreLabelsComeAlong() throws IOException {
        Path before = build(SampleModel.tiny(), Merged.none(), "before.onnx").output();
        Matrix weight = random(3, 64, new Random(5), 0.1);
        Merged merged = Merged.none()
                .withHead(new NamedHead(new LinearHead(weight, new float[3]), List.of("cat", "dog", "owl")));
        ExportResult after = build(SampleModel.tiny(), merged, "after.onnx");
        PatchReport report = ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        ModelPatch.apply(patch, before, applied, false);
        assertThat(applied).hasSameBinaryContentAs(after.output());
        assertThat(report.bytes()).isLessThan(6000);
    }

    /** A weight whose factors are larger than itself is stored by what it differs. */
    @Test
    void theSmallerWayIsTakenForEveryWeight() throws IOException {
        Path before = build(SampleModel.tiny(), Merged.none(), "before.onnx").output();
        Merged merged = factored(64, 3, 40, 0.02);
        ExportResult after = build(SampleModel.tiny(), merged, "after.onnx");
        PatchReport report = ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        assertThat(report.weights()).extracting(PatchReport.Weight::how).containsOnly("dense");
        assertThat(report.bytes()).isLessThan(report.denseBytes());
        ModelPatch.apply(patch, before, applied, false);
        assertThat(applied).hasSameBinaryContentAs(after.output());
    }

    /** After one more task, the members that stay as they were need not be sent again. */
    @Test
    void aPatchFromTheModelBeforeHoldsWhatIsNew() throws IOException {
        Checkpoint base = Checkpoint.open(TestData.path("backbone"));
        Merged old = factored(192, 6, 8, 0.02);
        Merged merged = factored(192, 7, 8, 0.02);
        Path bare = build(base, Merged.none(), "bare.onnx").output();
        Path before = build(base, old, "before.onnx").output();
        ExportResult after = build(base, merged, "after.onnx");
        PatchReport whole =
                ModelPatch.write(bare, Merged.none(), after.output(), merged, after.matched(), folder.resolve("whole"));
        PatchReport report = ModelPatch.write(before, old, after.output(), merged, after.matched(), patch);
        ModelPatch.apply(patch, before, applied, false);
        assertThat(applied).hasSameBinaryContentAs(after.output());
        assertThat(report.bytes()).isLessThan(whole.bytes() / 2);
    }

    @Test
    void aWrongBaseAndASecondTimeAreRefused() throws IOException {
        Path before = build(SampleModel.tiny(), Merged.none(), "before.onnx").output();
        Merged merged = mergeFolder();
        ExportResult after = build(SampleModel.tiny(), merged, "after.onnx");
        ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        refused(after.output(), "after.onnx", "is the result of the patch", "already");
        Path other = TestData.path("onnx-exports/hf-sdpa/ts17.onnx");
        refused(other, "ts17.onnx", "is not the model that the patch", "expected SHA-256", "found");
        refused(folder.resolve("nothing.onnx"), "nothing.onnx", "found no such file");
        Path file = patch;
        patch = TestData.path("hf-vit-tiny/inputs.safetensors");
        refused(before, "inputs.safetensors", "found no patch");
        patch = before;
        refused(before, "before.onnx");
        patch = file;
        ModelPatch.apply(patch, before, applied, false);
        assertThatThrownBy(() -> ModelPatch.apply(patch, before, applied, false))
                .hasMessageContaining("force");
    }

    /** Every flipped bit and every lost end is told, and nothing is left behind. */
    @Test
    void damageIsRefused() throws IOException {
        Path before = build(SampleModel.tiny(), Merged.none(), "before.onnx").output();
        Merged merged = mergeFolder();
        ExportResult after = build(SampleModel.tiny(), merged, "after.onnx");
        ModelPatch.write(before, Merged.none(), after.output(), merged, after.matched(), patch);
        byte[] whole = Files.readAllBytes(patch);
        Random random = new Random(7);
        for (int i = 0; i < 60; i++) {
            byte[] damaged = whole.clone();
            int at = i < 20 ? random.nextInt(600) : random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(patch, i % 5 == 4 ? Arrays.copyOf(whole, at) : damaged);
            refused(before, "new.hampatch");
        }
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("before.onnx", "after.onnx", "new.hampatch");
    }

    private void refused(Path base, String... parts) {
        assertThatThrownBy(() -> ModelPatch.apply(patch, base, applied, false))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(parts);
        assertThat(applied).doesNotExist();
    }

    private ExportResult build(Checkpoint base, Merged merged, String name) {
        return VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(folder.resolve(name))
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
    }

    private Merged mergeFolder() throws IOException {
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            adapters.add(AdapterFolder.read(TestData.path("peft-adapters/v4-names/adapter" + i)));
        }
        Path merge = Files.createTempDirectory("merge");
        MergeFolder.write(merge, AdapterMerge.of(adapters, List.of(), HamParameters.DEFAULTS, Optional.empty()));
        Merged merged = Merged.read(merge);
        Outputs.deleteTree(merge);
        return merged;
    }

    /** Small changes of two weights, pruned to half. */
    private static Merged factored(int width, int members, int rank, double size) {
        TreeMap<String, List<Branch>> branches = new TreeMap<>();
        for (String each : List.of("query", "value")) {
            List<Branch> list = new ArrayList<>();
            for (int i = 0; i < members; i++) {
                Random random = new Random(2L * i + each.length());
                LoraFactors factors =
                        new LoraFactors(random(rank, width, random, 1), random(width, rank, random, size), 0.5);
                list.add(new Branch(0.7 + 0.1 * i, factors));
            }
            branches.put("vit.encoder.layer.1.attention.attention." + each + ".weight", list);
        }
        return new Merged(
                Deltas.sum(branches), new TreeMap<>(), branches, Optional.empty(), Optional.empty(), new TreeMap<>());
    }

    private static Matrix random(int rows, int columns, Random random, double size) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = random.nextBoolean() ? 0 : (float) (size * random.nextGaussian());
        }
        return matrix;
    }
}
