package ham.runtime.tensorrt.engine;

import ham.common.Sha256;
import ham.runtime.backend.TensorRtLibrary;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that an engine depends on: two engines of one key do the same, one of another key must not be used in its place.
 *
 * @param modelSha256 of the ONNX file and its external data
 * @param gpu name of the GPU
 * @param capability its compute capability
 * @param tensorRt version of TensorRT
 * @param cuda version of the CUDA runtime
 * @param precision label of the precision
 * @param batch as {@link BatchRange#text}
 * @param workspaceBytes limit of scratch memory
 * @param refittable whether weights can be replaced
 */
public record EngineKey(
        String modelSha256,
        String gpu,
        String capability,
        String tensorRt,
        String cuda,
        String precision,
        String batch,
        long workspaceBytes,
        boolean refittable) {

    private static final int DIGITS = 16;

    /** The key of an engine for this model on the first GPU. */
    public static EngineKey of(String modelSha256, TensorRtLibrary machine, EngineOptions options) {
        TensorRtLibrary.Gpu gpu = machine.gpus().get(0);
        return new EngineKey(
                modelSha256,
                gpu.name(),
                gpu.capability(),
                machine.tensorRt(),
                machine.cudaRuntime(),
                options.precision().label(),
                options.batch().text(),
                options.workspaceBytes(),
                options.refittable());
    }

    /** The same with another model, as after a refit. */
    public EngineKey withModel(String sha256) {
        return new EngineKey(sha256, gpu, capability, tensorRt, cuda, precision, batch, workspaceBytes, refittable);
    }

    /** A file name that no other key has. */
    public String fileName() {
        return hash(modelSha256, gpu, capability, tensorRt, cuda, precision, batch, workspaceBytes, refittable)
                + ".engine";
    }

    /** A file name for timings of kernels, which all engines of one machine share. */
    public String timingsName() {
        return "timings-" + hash(gpu, capability, tensorRt, cuda) + ".cache";
    }

    private static String hash(Object... parts) {
        String text = Stream.of(parts).map(String::valueOf).collect(Collectors.joining("\n"));
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
    }

    /** What keeps an engine of this key from running on a machine: what it was built for and what is there. */
    public Optional<String> foreignTo(TensorRtLibrary machine) {
        TensorRtLibrary.Gpu there = machine.gpus().get(0);
        Map<String, String[]> parts = new LinkedHashMap<>();
        parts.put("TensorRT", new String[] {tensorRt, machine.tensorRt()});
        parts.put("CUDA", new String[] {cuda, machine.cudaRuntime()});
        parts.put("compute capability", new String[] {capability, there.capability()});
        parts.put("GPU", new String[] {gpu, there.name()});
        return parts.entrySet().stream()
                .filter(part -> !Objects.equals(part.getValue()[0], part.getValue()[1]))
                .map(part ->
                        "was built for " + part.getKey() + " " + part.getValue()[0] + ", found " + part.getValue()[1])
                .findFirst();
    }
}
