package ham.runtime.tensorrt.engine;

import ham.runtime.onnx.Ending;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What stands beside an engine: what it was made from and for, and what the engine itself cannot say of the model. Written as JSON with the
 * names of the components in snake_case.
 *
 * @param format 1
 * @param model file name of the ONNX model whose weights it holds
 * @param key what the engine depends on
 * @param engineSha256 of the engine's bytes
 * @param engineBytes how many they are
 * @param inputs as the ONNX model declares them
 * @param outputs the same
 * @param metadata custom metadata of the ONNX model, by which a classifier knows its labels and preprocessing
 * @param parity with ONNX Runtime on the CPU, of exactly these bytes
 * @param seconds what the build or the refit took
 * @param refits how many refits lie between the build and these weights
 */
public record EngineRecord(
        int format,
        String model,
        EngineKey key,
        String engineSha256,
        long engineBytes,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        Map<String, String> metadata,
        EngineParity parity,
        double seconds,
        int refits) {

    public static final int FORMAT = 1;

    public EngineRecord {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = new TreeMap<>(metadata);
    }

    /** Key in the metadata for what the graph does to its first output last, which the engine itself does not tell. */
    public static final String ENDING = "ham.ending";

    /** What the graph does to its first output last. */
    public Ending ending() {
        return Stream.of(Ending.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(metadata.get(ENDING)))
                .findFirst()
                .orElse(Ending.NONE);
    }
}
