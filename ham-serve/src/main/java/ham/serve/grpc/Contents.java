package ham.serve.grpc;

import ham.runtime.ModelException;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.serve.proto.inference.InferTensorContents;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.ServeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the tensors of a request: raw bytes, or lists of numbers. */
final class Contents {
    private Contents() {}

    /** @throws ServeException if they are not what the protocol says */
    static Map<String, Tensor> inputs(ModelInferRequest request) {
        int raw = request.getRawInputContentsCount();
        if (raw > 0 && raw != request.getInputsCount()) {
            throw ServeException.invalid("Expected raw_input_contents for each of the " + request.getInputsCount()
                    + " inputs or none, found " + raw + ".");
        }
        if (request.getInputsCount() == 0) {
            throw ServeException.invalid("Expected inputs with at least one tensor, found none.");
        }
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (int i = 0; i < request.getInputsCount(); i++) {
            InferInputTensor input = request.getInputs(i);
            if (raw > 0 && input.hasContents()) {
                throw ServeException.invalid(
                        "Input " + input.getName() + ": expected contents or raw_input_contents, found both.");
            }
            ByteBuffer data = raw > 0 ? request.getRawInputContents(i).asReadOnlyByteBuffer() : numbers(input);
            Datatype type = Datatype.named(input.getDatatype(), "Input " + input.getName());
            Tensor before;
            try {
                before = inputs.put(input.getName(), new Tensor(type.type(), input.getShapeList(), data));
            } catch (ModelException e) {
                throw ServeException.invalid("Input " + input.getName() + ": " + e.getMessage());
            }
            if (before != null) {
                throw ServeException.invalid("Expected every input once, found '" + input.getName() + "' twice.");
            }
        }
        return inputs;
    }

    private static ByteBuffer numbers(InferInputTensor input) {
        String where = "Input " + input.getName();
        ElementType type = Datatype.named(input.getDatatype(), where).type();
        InferTensorContents contents = input.getContents();
        return switch (type) {
            case FLOAT32 -> {
                ByteBuffer bytes = allocate(contents.getFp32ContentsCount(), type);
                contents.getFp32ContentsList().forEach(bytes::putFloat);
                yield bytes.flip();
            }
            case FLOAT64 -> {
                ByteBuffer bytes = allocate(contents.getFp64ContentsCount(), type);
                contents.getFp64ContentsList().forEach(bytes::putDouble);
                yield bytes.flip();
            }
            case INT64 -> {
                ByteBuffer bytes = allocate(contents.getInt64ContentsCount(), type);
                contents.getInt64ContentsList().forEach(bytes::putLong);
                yield bytes.flip();
            }
            case BOOL -> {
                ByteBuffer bytes = allocate(contents.getBoolContentsCount(), type);
                contents.getBoolContentsList().forEach(each -> bytes.put((byte) (each ? 1 : 0)));
                yield bytes.flip();
            }
            case UINT8 -> integers(contents.getUintContentsList(), type, 0, 255, where);
            case INT8 -> integers(contents.getIntContentsList(), type, Byte.MIN_VALUE, Byte.MAX_VALUE, where);
            case INT16 -> integers(contents.getIntContentsList(), type, Short.MIN_VALUE, Short.MAX_VALUE, where);
            case INT32 -> integers(contents.getIntContentsList(), type, Integer.MIN_VALUE, Integer.MAX_VALUE, where);
            case FLOAT16, BFLOAT16 ->
                throw ServeException.invalid(where + ": expected " + input.getDatatype()
                        + " in raw_input_contents, because there are no such contents, found none.");
        };
    }

    private static ByteBuffer integers(List<Integer> values, ElementType type, int least, int most, String where) {
        ByteBuffer bytes = allocate(values.size(), type);
        for (int value : values) {
            if (value < least || value > most) {
                throw ServeException.invalid(where + ": expected numbers of type " + Datatype.of(type) + ", found "
                        + Integer.toUnsignedString(value) + ".");
            }
            switch (type.bytes()) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                default -> bytes.putInt(value);
            }
        }
        return bytes.flip();
    }

    private static ByteBuffer allocate(int elements, ElementType type) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }
}
