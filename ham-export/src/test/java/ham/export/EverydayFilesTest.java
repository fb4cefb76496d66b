package ham.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.folder.PeftMerge;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as PEFT, transformers and timm write them give the logits that these libraries give. */
class EverydayFilesTest {
    @TempDir
    private Path folder;

    private static Checkpoint base(String name) {
        return Checkpoint.open(TestData.path("everyday/" + name));
    }

    private static AdapterMerge merge(Checkpoint base, Path adapter) {
        return AdapterMerge.of(
                List.of(AdapterFolder.read(adapter).onto(base, base.sha256())),
                List.of(),
                MergeSettings.of(MergeMethod.CAT),
                Optional.empty(),
                MergeProgress.SILENT);
    }

    private float[] logits(Checkpoint base, Merged merged, String inputs) {
        ExportResult result = VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(folder.resolve(inputs + ".onnx"))
                .setSettings(SampleModel.SETTINGS)
                .build());
        float[] images = SampleModel.floats("everyday/" + inputs + "/inputs.safetensors", "pixel_values");
        return SampleModel.run(result.output(), images, images.length / (3 * 32 * 32), 3, 32, 32);
    }

    private static void assertExpected(String name, float[] found) throws IOException {
        JsonNode rows =
                new ObjectMapper().readTree(Files.readString(TestData.path("everyday/" + name + "/expected.json")));
        int at = 0;
        for (JsonNode row : rows) {
            for (JsonNode logit : row) {
                assertThat(found[at++]).isCloseTo((float) logit.doubleValue(), within(1e-4f));
            }
        }
        assertThat(found).hasSize(at);
    }

    @ParameterizedTest
    @CsvSource({"timm, timm-head", "timm-conv, conv", "vit, bias-all", "vit, new-names", "vit, classifier"})
    void anAdapterGivesItsOwnLogitsAlsoThroughAPeftAdapter(String base, String adapter) throws IOException {
        Checkpoint checkpoint = base(base);
        AdapterMerge merge = merge(checkpoint, TestData.path("everyday/" + adapter));
        MergeFolder.write(Files.createDirectory(folder.resolve("merged")), merge);
        assertExpected(adapter, logits(checkpoint, Merged.read(folder.resolve("merged")), adapter));
        if (adapter.equals("bias-all")) {
            return; // PEFT's lora_bias cannot say these
        }
        Path peft = Files.createDirectory(folder.resolve("peft"));
        PeftMerge.write(peft, merge, OptionalInt.empty(), Optional.empty(), MergeProgress.SILENT);
        Files.deleteIfExists(peft.resolve("head.safetensors"));
        MergeFolder.write(Files.createDirectory(folder.resolve("again")), merge(checkpoint, peft));
        Files.delete(folder.resolve(adapter + ".onnx"));
        assertExpected(adapter, logits(checkpoint, Merged.read(folder.resolve("again")), adapter));
    }

    @Test
    void aCheckpointOfTransformersFiveGivesItsLogits() throws IOException {
        assertExpected("vit5", logits(base("vit5"), Merged.none(), "vit5"));
    }

    @Test
    void aCheckpointOfACompiledModelIsTheModel() {
        assertThat(base("vit-compiled").floats("_orig_mod.classifier.bias")).hasSize(5);
        assertThat(logits(base("vit-compiled"), Merged.none(), "vit5")).hasSize(20);
    }
}
