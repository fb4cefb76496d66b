package ham.train.encoder;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.VitForm;
import ham.train.backbone.Backbone;
import ham.train.engine.TorchEngine;
import ham.train.vit.VitForward;

/** Brings a checkpoint into the training engine. */
public final class Backbones {
    private Backbones() {}

    /** A plain ViT by its own program, which computes the last block for one token only; all else as it is described. */
    public static Backbone open(TorchEngine engine, Checkpoint checkpoint) {
        return isPlainVit(checkpoint) ? new VitForward(engine, checkpoint) : new EncoderForward(engine, checkpoint);
    }

    /** Whether a checkpoint is a ViT with a class token and nothing beyond it, whose states can be kept. */
    public static boolean isPlainVit(Checkpoint checkpoint) {
        return checkpoint.isVit() && checkpoint.config().form().equals(VitForm.PLAIN);
    }
}
