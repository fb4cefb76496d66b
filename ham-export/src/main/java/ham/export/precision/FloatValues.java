package ham.export.precision;

import ham.export.proto.TensorProto;
import ham.merge.InputException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** The values of a float32 constant, wherever the format lets them stand: {@code raw_data} or {@code float_data}. */
final class FloatValues {
    private FloatValues() {}

    /**
     * The values, row-major.
     *
     * @throws InputException if there are not as many as the shape says
     */
    static float[] of(TensorProto tensor) {
        FloatBuffer raw = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        int found = Math.max(raw.remaining(), tensor.getFloatDataCount());
        long expected = tensor.getDimsList().stream().reduce(1L, Math::multiplyExact);
        if (found != expected) {
            throw new InputException("Tensor " + tensor.getName() + ": expected " + expected + " values for its shape "
                    + tensor.getDimsList() + ", found " + found + "; is the file complete?");
        }
        float[] values = new float[found];
        if (raw.hasRemaining()) {
            raw.get(values);
        }
        for (int i = 0; i < tensor.getFloatDataCount(); i++) {
            values[i] = tensor.getFloatData(i);
        }
        return values;
    }
}
