package ham.export;

import ham.export.parity.ParityInputs;
import ham.export.precision.NumberFormat;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.folder.TaskModels;
import ham.merge.join.HamParameters;
import ham.merge.safetensors.SafetensorsFile;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.testing.TestData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The model in {@code testdata/hf-vit-tiny}, and how tests run a graph. */
public final class SampleModel {

    /** One thread: the models are tiny. */
    public static final SessionSettings SETTINGS = new SessionSettings(1);

    private SampleModel() {}

    /** The tiny float32 ViT with a classifier for ten classes. */
    public static Checkpoint tiny() {
        return Checkpoint.open(TestData.path("hf-vit-tiny"));
    }

    /** The eight images that come with {@link #tiny()}. */
    public static ParityInputs tinyInputs() {
        return ParityInputs.read(TestData.path("hf-vit-tiny/inputs.safetensors"), tiny().config());
    }

    /** A tensor of a safetensors file under {@code testdata/}. */
    public static float[] floats(String file, String tensor) {
        return SafetensorsFile.open(TestData.path(file)).floats(tensor);
    }

    /** The adapter of one of the tiny encoders, as a merge of its own. */
    public static Merged adapted(String encoder) {
        Path folder = TestData.path("encoders").resolve(encoder);
        Checkpoint base = Checkpoint.open(folder);
        AdapterFolder adapter = AdapterFolder.read(folder.resolve("adapter")).onto(base, base.sha256());
        return TaskModels.of(AdapterMerge.of(List.of(adapter), List.of(), HamParameters.DEFAULTS, Optional.empty()))
                .get(0);
    }

    /** What writes a checkpoint without a merge, over what is there. */
    public static ExportRequest request(Checkpoint base, NumberFormat format, Path file) {
        return ExportRequest.builder()
                .setBase(base)
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(file)
                .setSettings(SETTINGS)
                .optForce(true)
                .optFormat(format)
                .build();
    }

    /** Runs a graph with one input and one output. */
    public static float[] run(Path model, float[] input, long... shape) {
        try (OnnxModel session = OnnxModel.open(model, SETTINGS)) {
            return session.run(input, shape);
        }
    }
}
