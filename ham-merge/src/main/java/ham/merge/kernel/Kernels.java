package ham.merge.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * Products of float32 matrices that lie, row-major and without gaps, in direct buffers of native byte order. A matrix begins at its buffer's
 * position, which no method moves.
 *
 * <p>A call runs on the caller's thread alone, may run beside calls from other threads, and gives the same bits however many of these there
 * are. Implementations differ in the last bits from one another.
 */
public abstract class Kernels {
    Kernels() {}

    /** Obviously right and slow: the control of every other implementation, and what runs where no library loads. */
    public static Kernels plain() {
        return PlainKernels.INSTANCE;
    }

    /**
     * The fastest kernels that work here, waiting until they are loaded: OpenBLAS, else {@link #plain}. The system property
     * {@code ham.kernels=plain} asks for the latter.
     */
    public static Kernels best() {
        return Probe.RESULT.join();
    }

    /** Begins to load {@link #best} in a thread of its own, once, and returns at once. */
    public static CompletableFuture<Kernels> load() {
        return Probe.RESULT.copy();
    }

    /** A direct buffer of {@code length} zeros, native byte order. */
    public static FloatBuffer allocate(int length) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(length, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** What runs, for people: {@code OpenBLAS 0.3.30, 1 thread a call}, or {@code plain Java} and why. */
    public abstract String name();

    /**
     * {@code C = op(A) op(B) + beta C}, where op transposes or not.
     *
     * @param a [m, k], or [k, m] when transposed
     * @param b [k, n], or [n, k] when transposed
     * @param c [m, n], which overlaps neither; with beta 0 its content does not matter
     * @throws IllegalArgumentException when a buffer is not direct, not of native byte order or too short
     */
    public final void multiply(
            FloatBuffer a,
            boolean transposeA,
            FloatBuffer b,
            boolean transposeB,
            FloatBuffer c,
            int m,
            int n,
            int k,
            float beta) {
        require(a, m, k);
        require(b, k, n);
        require(c, m, n);
        if (m > 0 && n > 0) {
            product(a, transposeA, b, transposeB, c, m, n, k, beta);
        }
    }

    /**
     * The upper triangle, with the diagonal, of {@code C = A A^T}; what is below the diagonal stays as it is.
     *
     * @param a [n, k]
     * @param c [n, n], which does not overlap A
     * @throws IllegalArgumentException as {@link #multiply}
     */
    public final void gram(FloatBuffer a, FloatBuffer c, int n, int k) {
        require(a, n, k);
        require(c, n, n);
        if (n > 0) {
            symmetricProduct(a, c, n, k);
        }
    }

    abstract void product(
            FloatBuffer a,
            boolean transposeA,
            FloatBuffer b,
            boolean transposeB,
            FloatBuffer c,
            int m,
            int n,
            int k,
            float beta);

    abstract void symmetricProduct(FloatBuffer a, FloatBuffer c, int n, int k);

    /** Native code reads and writes without looking, so this must hold. */
    private static void require(FloatBuffer matrix, int rows, int columns) {
        if (!matrix.isDirect() || matrix.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("expected a direct buffer of native byte order, found " + matrix);
        }
        if (rows < 0 || columns < 0 || (long) rows * columns > matrix.remaining()) {
            throw new IllegalArgumentException(
                    "expected " + rows + " x " + columns + " entries, found " + matrix.remaining());
        }
    }
}
