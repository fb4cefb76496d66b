package ham.train.run;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.Head;
import ham.merge.tensor.Matrix;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.vit.VitForward;
import java.util.SortedMap;

/** The training engine's own forward pass of a merged model: the third form beside the factored and the baked graph. */
public final class EngineForward implements AutoCloseable {
    private final TorchEngine engine;
    private final VitForward vit;
    private final FeatureExtractor features;
    private final Head head;

    /**
     * Loads the model into the engine.
     *
     * @param deltas weight name to delta [out, in]
     * @param head over the features
     */
    public EngineForward(Checkpoint base, SortedMap<String, Matrix> deltas, Head head, String device, int threads) {
        this.engine = TorchEngine.open(device, threads);
        this.vit = new VitForward(engine, base);
        this.features = new FeatureExtractor(vit, deltas);
        this.head = head;
    }

    /**
     * Logits of images.
     *
     * @param pixelValues normalised [n, 3, side, side], row-major
     * @return [n, classes], row-major
     */
    public float[] logits(float[] pixelValues) {
        return head.logits(features.features(pixelValues));
    }

    @Override
    public void close() {
        features.close();
        vit.close();
        engine.close();
    }
}
