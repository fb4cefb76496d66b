package ham.export.pack;

import ham.merge.InputException;

/**
 * How Triton serves a model.
 *
 * @param name of the model, and so of its folder
 * @param maxBatch most images that the server runs at once, at least 1
 * @param instances how many copies of the model run side by side on each device, at least 1
 * @param tensorRt whether an engine of TensorRT is served instead of the ONNX file
 */
public record TritonSettings(String name, int maxBatch, int instances, boolean tensorRt) {
    /**
     * Checks the values.
     *
     * @throws InputException when one is not allowed
     */
    public TritonSettings {
        PackageFolder.requireFileName("model-name", name);
        requirePositive("max-batch", maxBatch);
        requirePositive("instances", instances);
    }

    private static void requirePositive(String parameter, int value) {
        if (value < 1) {
            throw InputException.parameter(parameter, "expected at least 1, found " + value);
        }
    }
}
