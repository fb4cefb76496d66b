package ham.train.lora;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.train.backbone.Layers;

/** Layers of a ViT that is in no engine. */
record VitLayers(Checkpoint checkpoint) implements Layers {
    @Override
    public int width() {
        return checkpoint.config().hidden();
    }

    @Override
    public int blocks() {
        return checkpoint.config().layers();
    }

    @Override
    public String weightName(int block, Target target) {
        return checkpoint.names().weight(block, target);
    }

    @Override
    public int outputs(String weight) {
        return Math.toIntExact(checkpoint.layerShape(weight).get(0));
    }

    @Override
    public int inputs(String weight) {
        return Math.toIntExact(checkpoint.layerShape(weight).get(1));
    }
}
