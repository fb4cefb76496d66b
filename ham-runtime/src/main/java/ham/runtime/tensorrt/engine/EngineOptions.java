package ham.runtime.tensorrt.engine;

import ham.runtime.ModelException;

/**
 * How an engine is built.
 *
 * @param precision what it may calculate in
 * @param batch batch sizes that it takes
 * @param workspaceBytes most GPU memory that one layer may use for scratch
 * @param refittable whether its weights can be replaced later, which may cost a little speed
 */
public record EngineOptions(EnginePrecision precision, BatchRange batch, long workspaceBytes, boolean refittable) {
    /** 1 GiB, more than a layer of a ViT can use. */
    public static final long WORKSPACE = 1L << 30;

    /** float32, batches of 1 to 32 tuned for 1, refittable. */
    public static final EngineOptions DEFAULT =
            new EngineOptions(EnginePrecision.FP32, new BatchRange(1, 1, 32), WORKSPACE, true);

    private static final long LEAST_WORKSPACE = 1L << 20;

    /**
     * Checks the workspace.
     *
     * @throws ModelException if it is below 1 MiB
     */
    public EngineOptions {
        if (workspaceBytes < LEAST_WORKSPACE) {
            throw ModelException.parameter(
                    "workspace", "expected at least " + LEAST_WORKSPACE + " bytes, found " + workspaceBytes);
        }
    }
}
