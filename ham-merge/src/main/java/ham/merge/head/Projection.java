package ham.merge.head;

import ham.merge.InputException;
import ham.merge.kernel.Dense;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.lang.ref.SoftReference;
import java.util.Objects;
import java.util.Optional;

/**
 * The random projection P [d, M] of an analytic head: its numbers, or what they are drawn from, behind a map [d, d] where features moved since
 * ({@code map drawn}). The second form takes no more than the map, in memory and in files, so that fifty heads of one run do not need
 * fifty projections; its numbers are made when they are asked for, and kept as long as memory allows.
 *
 * <p>In a file: the tensor {@code projection} [d, M]; or metadata {@code projection} as {@link DrawnProjection} has it; or this text behind
 * {@code projection_map * }, and the tensor {@code projection_map} [d, d].
 */
public final class Projection {
    private static final String NUMBERS = DrawnProjection.KEY;
    private static final String MAP = "projection_map";
    private static final String TIMES = MAP + " * ";

    private final Optional<DrawnProjection> drawn;
    private final Optional<Matrix> map;
    /** Of this form there is nothing else; null in the other. */
    private final Matrix numbers;

    /** Null before the numbers were first asked for. */
    private SoftReference<Matrix> made;

    private Projection(Optional<DrawnProjection> drawn, Optional<Matrix> map, Matrix numbers) {
        this.drawn = drawn;
        this.map = map;
        this.numbers = numbers;
    }

    /** By its numbers [d, M]. */
    public static Projection of(Matrix numbers) {
        return new Projection(Optional.empty(), Optional.empty(), numbers);
    }

    /**
     * By what it is drawn from.
     *
     * @param map what stands before it, [d, d]; empty where it is as it was drawn
     * @throws IllegalArgumentException when the map is not square of side d
     */
    public static Projection of(DrawnProjection drawn, Optional<Matrix> map) {
        map.ifPresent(each -> {
            if (each.rows() != drawn.features() || each.columns() != drawn.features()) {
                throw new IllegalArgumentException("expected a map of " + drawn.features() + " x " + drawn.features()
                        + ", found one of " + each.rows() + " x " + each.columns());
            }
        });
        return new Projection(Optional.of(drawn), map, null);
    }

    /** Width d of a feature. */
    public int features() {
        return drawn.map(DrawnProjection::features).orElseGet(() -> numbers.rows());
    }

    /** M. */
    public int width() {
        return drawn.map(DrawnProjection::width).orElseGet(() -> numbers.columns());
    }

    /** The numbers [d, M]; a product with a map is summed in float64. */
    public Matrix matrix() {
        if (drawn.isEmpty()) {
            return numbers;
        }
        return map.map(moved -> product(moved, drawn.get()))
                .orElseGet(() -> drawn.get().matrix());
    }

    private synchronized Matrix product(Matrix moved, DrawnProjection first) {
        Matrix product = made == null ? null : made.get();
        if (product == null) {
            product = Dense.of(moved).times(Dense.of(first.matrix())).toMatrix();
            made = new SoftReference<>(product);
        }
        return product;
    }

    /** Adds it to a file in as little room as it takes. */
    void writeShort(SafetensorsWriter writer, String prefix) {
        if (drawn.isEmpty()) {
            writeNumbers(writer, prefix);
            return;
        }
        writer.metadata(
                prefix + NUMBERS, (map.isPresent() ? TIMES : "") + drawn.get().text());
        map.ifPresent(each -> writer.add(prefix + MAP, each));
    }

    /** Adds its numbers to a file, for readers that draw none. */
    void writeNumbers(SafetensorsWriter writer, String prefix) {
        writer.add(prefix + NUMBERS, matrix());
    }

    /** Whether a file has one under this prefix. */
    static boolean isIn(SafetensorsFile file, String prefix) {
        return file.has(prefix + NUMBERS) || file.metadata().containsKey(prefix + NUMBERS);
    }

    /**
     * What either way of writing wrote.
     *
     * @throws InputException when there is none, it is damaged, or this Java draws other numbers
     */
    static Projection read(SafetensorsFile file, String prefix) {
        String text = file.metadata().get(prefix + NUMBERS);
        if (text == null || file.has(prefix + NUMBERS)) {
            return of(file.matrix(prefix + NUMBERS));
        }
        boolean moved = text.startsWith(TIMES);
        DrawnProjection drawn =
                DrawnProjection.parse(moved ? text.substring(TIMES.length()) : text, file.path(), prefix + NUMBERS);
        return of(drawn, moved ? Optional.of(file.matrix(prefix + MAP)) : Optional.empty());
    }

    /** Whether the numbers are the same, in whatever form; of two that are drawn from the same, whether the maps are. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Projection that) || features() != that.features() || width() != that.width()) {
            return false;
        }
        boolean alike = drawn.isPresent() && drawn.equals(that.drawn);
        return alike ? map.equals(that.map) : matrix().equals(that.matrix());
    }

    @Override
    public int hashCode() {
        return Objects.hash(features(), width());
    }

    @Override
    public String toString() {
        return "Projection[" + features() + " x " + width()
                + drawn.map(each -> ", " + each).orElse("") + "]";
    }
}
