package ham.export.bake.read;

import ham.merge.tensor.HalfPrecision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Optional;

/** The float formats that weights are stored in, little endian. */
public enum ElementFormat {
    FLOAT(1, Float.BYTES),
    FLOAT16(10, Short.BYTES),
    BFLOAT16(16, Short.BYTES);

    /** Converters to float16 replace numbers nearer to zero than this by the format's smallest ones. */
    private static final float CLAMPED = 0x1p-23f;

    /** Values that are written at once. */
    private static final int PIECE = 1 << 16;

    private final int dataType;
    private final int bytes;

    ElementFormat(int dataType, int bytes) {
        this.dataType = dataType;
        this.bytes = bytes;
    }

    /** The format with this number in ONNX's {@code TensorProto.DataType}; empty for another kind of number. */
    public static Optional<ElementFormat> of(int dataType) {
        return Arrays.stream(values())
                .filter(format -> format.dataType == dataType)
                .findFirst();
    }

    public int dataType() {
        return dataType;
    }

    public int bytes() {
        return bytes;
    }

    /** Widens all of {@code source} into {@code target}, from an index on; exact. */
    public void decode(ByteBuffer source, float[] target, int from) {
        int count = source.remaining() / bytes;
        switch (this) {
            case FLOAT -> source.asFloatBuffer().get(target, from, count);
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = HalfPrecision.float16(source.getShort(2 * i));
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    target[from + i] = HalfPrecision.bfloat16(source.getShort(2 * i));
                }
            }
        }
    }

    /** Stores a value at an index of {@code target}, rounded to the nearest, ties to even. */
    void encode(float value, ByteBuffer target, int index) {
        switch (this) {
            case FLOAT -> target.putFloat(index * Float.BYTES, value);
            case FLOAT16 -> target.putShort(index * Short.BYTES, HalfPrecision.toFloat16(value));
            case BFLOAT16 -> target.putShort(index * Short.BYTES, bfloat16(value));
        }
    }

    /** Writes values one behind the other, each rounded to the nearest. */
    public void write(float[] values, WritableByteChannel target) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(Math.min(values.length, PIECE) * bytes)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int from = 0; from < values.length; from += PIECE) {
            int count = Math.min(PIECE, values.length - from);
            piece.clear().limit(count * bytes);
            if (this == FLOAT) {
                piece.asFloatBuffer().put(values, from, count);
            } else {
                for (int i = 0; i < count; i++) {
                    encode(values[from + i], piece, i);
                }
            }
            Bytes.all(piece, target);
        }
    }

    /** The value of this format that is nearest to a float32. */
    public float round(float value) {
        return switch (this) {
            case FLOAT -> value;
            case FLOAT16 -> HalfPrecision.float16(HalfPrecision.toFloat16(value));
            case BFLOAT16 -> HalfPrecision.bfloat16(bfloat16(value));
        };
    }

    /** Whether a stored value is what exporters make of a value that was {@link #round}ed; the sign of zero does not count. */
    public boolean same(float stored, float rounded) {
        return stored == rounded || (this == FLOAT16 && Math.abs(stored) <= CLAMPED && Math.abs(rounded) <= CLAMPED);
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
