package ham.runtime.model;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
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
                        direct(tensor.data()),
                        shape,
                        tensor.type().javaType()));
    }

    /** ONNX Runtime takes heap bytes only for byte types. */
    private static ByteBuffer direct(ByteBuffer data) {
        if (data.isDirect()) {
            return data;
        }
        return ByteBuffer.allocateDirect(data.remaining())
                .order(data.order())
                .put(data)
                .flip();
    }

    Map<String, OnnxTensor> byName() {
        return Collections.unmodifiableMap(byName);
    }

    @Override
    public void close() {
        byName.values().forEach(OnnxTensor::close);
    }
}
