package ham.cli.run;

import ham.merge.InputException;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.safetensors.TensorInfo;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors between safetensors files and ONNX Runtime, bytes as they are. */
final class TensorFiles {
    private static final Map<DType, ElementType> TYPES = Map.of(
            DType.F32, ElementType.FLOAT32,
            DType.F64, ElementType.FLOAT64,
            DType.F16, ElementType.FLOAT16,
            DType.BF16, ElementType.BFLOAT16,
            DType.I64, ElementType.INT64,
            DType.I32, ElementType.INT32,
            DType.I16, ElementType.INT16,
            DType.I8, ElementType.INT8,
            DType.U8, ElementType.UINT8,
            DType.BOOL, ElementType.BOOL);

    private TensorFiles() {}

    /**
     * Reads the tensors that a model needs, by input name; a lone tensor fits a lone input whatever it is called.
     *
     * @throws InputException when an input has no tensor, or a tensor a dtype that cannot be run
     */
    static Map<String, Tensor> read(Path path, List<TensorSpec> inputs) {
        SafetensorsFile file = SafetensorsFile.open(path);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        if (inputs.size() == 1 && file.names().size() == 1) {
            tensors.put(inputs.get(0).name(), tensor(file, file.names().first()));
            return tensors;
        }
        for (TensorSpec input : inputs) {
            if (!file.has(input.name())) {
                throw new InputException(
                        path, "expected a tensor for the graph's input '" + input.name() + "', found " + file.names());
            }
            tensors.put(input.name(), tensor(file, input.name()));
        }
        return tensors;
    }

    private static Tensor tensor(SafetensorsFile file, String name) {
        TensorInfo info = file.info(name);
        ElementType type = TYPES.get(info.dtype());
        if (type == null) {
            throw new InputException(
                    file.path(), "tensor '" + name + "': " + info.dtype() + " cannot be given to ONNX Runtime");
        }
        ByteBuffer bytes = file.bytes(name);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(type, info.shape(), direct.put(bytes).flip());
    }

    /** Writes tensors by name. */
    static void write(Path path, Map<String, Tensor> tensors) {
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.forEach((name, tensor) -> writer.add(name, dtype(tensor.type()), tensor.shape(), tensor.data()));
        writer.write(path);
    }

    private static DType dtype(ElementType type) {
        return TYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .findFirst()
                .orElseThrow()
                .getKey();
    }
}
