package ham.train.run;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.Head;
import ham.merge.tensor.Matrix;
import ham.runtime.tensor.Tensor;
import ham.train.backbone.Backbone;
import ham.train.encoder.Backbones;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import java.util.Map;
import java.util.SortedMap;

/** The training engine's own forward pass of a merged model: the third form beside the factored and the baked graph. */
public final class EngineForward implements AutoCloseable {
    private final TorchEngine engine;
    private final Backbone backbone;
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
        this.backbone = Backbones.open(engine, base);
        this.features = new FeatureExtractor(backbone, deltas);
        this.head = head;
    }

    /**
     * Logits of inputs.
     *
     * @param inputs a batch by the names of the base's inputs
     * @return [n, classes], row-major
     */
    public float[] logits(Map<String, Tensor> inputs) {
        return head.logits(features.features(inputs));
    }

    @Override
    public void close() {
        features.close();
        backbone.close();
        engine.close();
    }
}
