package ham.train.backbone;

import ham.merge.checkpoint.Target;

/** The layers of a network that adapters can change. */
public interface Layers {
    /** Width f of the feature. */
    int width();

    /** Number of transformer blocks. */
    int blocks();

    /** Weight [out, in] of a layer of a block, by its name in the checkpoint. */
    String weightName(int block, Target target);

    /** Size of a weight's outputs. */
    int outputs(String weight);

    /** Size of a weight's inputs. */
    int inputs(String weight);
}
