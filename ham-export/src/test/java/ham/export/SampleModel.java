package ham.export;

import ham.export.parity.ParityInputs;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.safetensors.SafetensorsFile;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.testing.TestData;
import java.nio.file.Path;

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

    /** Runs a graph with one input and one output. */
    public static float[] run(Path model, float[] input, long... shape) {
        try (OnnxModel session = OnnxModel.open(model, SETTINGS)) {
            return session.run(input, shape);
        }
    }
}
