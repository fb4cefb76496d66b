package ham.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ham.runtime.backend.OnnxRuntime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** ONNX Runtime's handles of the inputs of one run, closed together. */
final class NativeTensors implements AutoCloseable {
    private final Map<String, OnnxTensor> byName = new LinkedHashMap<>();

    void add(String name, Tensor tensor) throws OrtException {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        byName.put(
                name,
                OnnxTensor.createTensor(
                        OnnxRuntime.environment(),
                        tensor.data(),
                        shape,
                        tensor.type().javaType()));
    }

    Map<String, OnnxTensor> byName() {
        return Collections.unmodifiableMap(byName);
    }

    @Override
    public void close() {
        byName.values().forEach(OnnxTensor::close);
    }
}
