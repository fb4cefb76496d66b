package ham.merge.head;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standard normal random projection P [d, M] as what it is drawn from, so that a file need not hold it: row after row the numbers
 * {@code nextGaussian} of {@code java.util.Random}, whose algorithm is part of Java's specification, rounded to float32.
 *
 * <p>In a file's metadata, under {@value #KEY}: {@code java.util.Random SEED dxM SHA-256}, the hash over the float32 numbers, little-endian,
 * row-major.
 *
 * @param seed of the generator
 * @param features d
 * @param width M
 */
public record DrawnProjection(long seed, int features, int width) {
    /** The metadata's key. */
    public static final String KEY = "projection";

    private static final Pattern TEXT =
            Pattern.compile("java\\.util\\.Random (-?\\d{1,19}) ([1-9]\\d{0,6})x([1-9]\\d{0,6}) ([0-9a-f]{64})");

    private static final int PIECE = 1 << 16;
    /** Those that are in use: many heads of a run have the same. */
    private static final Map<DrawnProjection, SoftReference<Drawn>> DRAWN = new HashMap<>();

    private record Drawn(Matrix matrix, String sha256) {}

    /** The matrix [d, M]; the same object as long as memory allows. */
    public Matrix matrix() {
        return drawn().matrix();
    }

    private Drawn drawn() {
        synchronized (DRAWN) {
            SoftReference<Drawn> known = DRAWN.get(this);
            Drawn drawn = known == null ? null : known.get();
            if (drawn == null) {
                Matrix matrix = draw();
                drawn = new Drawn(matrix, sha256(matrix));
                DRAWN.values().removeIf(each -> each.get() == null);
                DRAWN.put(this, new SoftReference<>(drawn));
            }
            return drawn;
        }
    }

    private Matrix draw() {
        Random random = new Random(seed);
        float[] values = new float[Math.multiplyExact(features, width)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Matrix(features, width, values);
    }

    /** Adds it to a file's metadata, its key behind a prefix. */
    public void write(SafetensorsWriter writer, String prefix) {
        writer.metadata(prefix + KEY, text());
    }

    String text() {
        return "java.util.Random " + seed + " " + features + "x" + width + " " + drawn().sha256();
    }

    /**
     * What {@link #write} wrote; empty where the metadata has no such key.
     *
     * @throws InputException when it is damaged, or this Java draws other numbers
     */
    public static Optional<DrawnProjection> read(SafetensorsFile file, String prefix) {
        return Optional.ofNullable(file.metadata().get(prefix + KEY))
                .map(text -> parse(text, file.path(), prefix + KEY));
    }

    /** What {@link #text} gave; file and key are for messages. */
    static DrawnProjection parse(String text, Path file, String key) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches() || (long) Integer.parseInt(parts.group(2)) * Integer.parseInt(parts.group(3)) > 1 << 30) {
            throw new InputException(
                    file,
                    "metadata '" + key + "': expected 'java.util.Random SEED dxM SHA-256, found " + text
                            + "; use the file as it was written");
        }
        DrawnProjection drawn = new DrawnProjection(
                Long.parseLong(parts.group(1)), Integer.parseInt(parts.group(2)), Integer.parseInt(parts.group(3)));
        String found = drawn.drawn().sha256();
        if (!found.equals(parts.group(4))) {
            throw new InputException(
                    file,
                    "metadata '" + key + "': expected numbers with the hash " + parts.group(4)
                            + ", drew others (" + found
                            + "); use the file as it was written, or the head of the finished run, which has them all");
        }
        return drawn;
    }

    private static String sha256(Matrix matrix) {
        Sha256 hash = new Sha256();
        ByteBuffer piece = ByteBuffer.allocate(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = matrix.data();
        for (int from = 0; from < values.length; from += PIECE) {
            int count = Math.min(PIECE, values.length - from);
            piece.clear().asFloatBuffer().put(values, from, count);
            hash.update(piece.limit(count * Float.BYTES));
        }
        return hash.hex();
    }
}
