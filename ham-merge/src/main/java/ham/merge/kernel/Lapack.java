package ham.merge.kernel;

import static org.bytedeco.openblas.global.openblas_full.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_full.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_full.CblasTrans;
import static org.bytedeco.openblas.global.openblas_full.CblasUpper;
import static org.bytedeco.openblas.global.openblas_full.LAPACK_COL_MAJOR;
import static org.bytedeco.openblas.global.openblas_full.LAPACK_ROW_MAJOR;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import org.bytedeco.openblas.global.openblas_full;

/** OpenBLAS with LAPACK: a second, larger binding, which is loaded only by who decomposes. */
final class Lapack implements Decompositions {
    static final Decompositions OR_PLAIN = find();

    private static final ThreadLocal<Arguments> ARGUMENTS = ThreadLocal.withInitial(Arguments::new);

    private Lapack() {
        openblas_full.openblas_set_num_threads(1);
    }

    private static Decompositions find() {
        if (!(Kernels.best() instanceof OpenBlasKernels)) {
            return new PlainDecompositions();
        }
        try {
            return new Lapack();
        } catch (LinkageError | RuntimeException e) {
            return new PlainDecompositions();
        }
    }

    @Override
    public Svd svd(double[] a, int rows, int columns) {
        int k = Math.min(rows, columns);
        Svd svd = new Svd(new double[rows * k], new double[k], new double[k * columns]);
        if (k > 0) {
            requireDone(openblas_full.LAPACKE_dgesdd(
                    LAPACK_ROW_MAJOR,
                    (byte) 'S',
                    rows,
                    columns,
                    a.clone(),
                    columns,
                    svd.values(),
                    svd.u(),
                    k,
                    svd.vt(),
                    columns));
        }
        return svd;
    }

    @Override
    public Eigen eigen(double[] g, int n, int count) {
        double[] values = new double[n];
        double[] vectors = new double[count * n];
        requireDone(openblas_full.LAPACKE_dsyevr(
                LAPACK_COL_MAJOR,
                (byte) 'V',
                (byte) (count == n ? 'A' : 'I'),
                (byte) 'U',
                n,
                g.clone(),
                n,
                0,
                0,
                n - count + 1,
                n,
                0,
                new int[1],
                values,
                vectors,
                n,
                new int[2 * count]));
        // LAPACK's columns are rows here; its order is ascending.
        double[] falling = new double[count];
        double[] rows = new double[vectors.length];
        for (int i = 0; i < count; i++) {
            falling[i] = Math.max(0, values[count - 1 - i]);
            System.arraycopy(vectors, (count - 1 - i) * n, rows, i * n, n);
        }
        return new Eigen(falling, rows);
    }

    @Override
    public Qr qr(double[] a, int rows, int columns) {
        double[] q = a.clone();
        double[] r = new double[columns * columns];
        if (columns > 0) {
            double[] tau = new double[columns];
            requireDone(openblas_full.LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, rows, columns, q, columns, tau));
            for (int i = 0; i < columns; i++) {
                System.arraycopy(q, i * columns + i, r, i * columns + i, columns - i);
            }
            requireDone(openblas_full.LAPACKE_dorgqr(LAPACK_ROW_MAJOR, rows, columns, columns, q, columns, tau));
        }
        return new Qr(q, r);
    }

    @Override
    public double[] multiply(double[] a, boolean transposeA, double[] b, int m, int n, int k) {
        double[] c = new double[m * n];
        if (c.length > 0 && k > 0) {
            Arguments arguments = ARGUMENTS.get();
            DoubleBuffer product = arguments.room(2, c.length);
            openblas_full.cblas_dgemm(
                    CblasRowMajor,
                    transposeA ? CblasTrans : CblasNoTrans,
                    CblasNoTrans,
                    m,
                    n,
                    k,
                    1,
                    arguments.of(0, a),
                    transposeA ? m : k,
                    arguments.of(1, b),
                    n,
                    0,
                    product,
                    n);
            product.get(c);
        }
        return c;
    }

    @Override
    public double[] square(double[] a, boolean ofRows, int rows, int columns) {
        int n = ofRows ? rows : columns;
        double[] c = new double[n * n];
        if (a.length > 0) {
            Arguments arguments = ARGUMENTS.get();
            DoubleBuffer product = arguments.room(2, c.length);
            openblas_full.cblas_dsyrk(
                    CblasRowMajor,
                    CblasUpper,
                    ofRows ? CblasNoTrans : CblasTrans,
                    n,
                    ofRows ? columns : rows,
                    1,
                    arguments.of(0, a),
                    columns,
                    0,
                    product,
                    n);
            product.get(c);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    c[i * n + j] = c[j * n + i];
                }
            }
        }
        return c;
    }

    @Override
    public double[] solve(double[] g, double[] s, int n, int rows) {
        // The rows of S are the columns of its transpose, which is what LAPACK's own order sees.
        double[] x = s.clone();
        requireDone(openblas_full.LAPACKE_dposv(LAPACK_COL_MAJOR, (byte) 'U', n, rows, g.clone(), n, x, n));
        return x;
    }

    private static void requireDone(int info) {
        if (info != 0) {
            throw new ArithmeticException("LAPACK did not converge, or was given NaN or infinity: info " + info);
        }
    }

    /**
     * A thread's native memory for the arguments of products: arrays are copied by the binding into memory that is new in every call, which takes
     * nearly as long as the product. Large arrays go that way all the same.
     */
    private static final class Arguments {
        /** Entries: 32 MB. */
        private static final int MOST = 1 << 22;

        private final DoubleBuffer[] pieces = {memory(0), memory(0), memory(0)};

        DoubleBuffer of(int piece, double[] values) {
            return values.length > MOST
                    ? DoubleBuffer.wrap(values)
                    : room(piece, values.length).put(values).flip();
        }

        DoubleBuffer room(int piece, int entries) {
            if (entries > MOST) {
                return DoubleBuffer.wrap(new double[entries]);
            }
            if (pieces[piece].capacity() < entries) {
                pieces[piece] = memory(entries);
            }
            return pieces[piece].clear();
        }

        private static DoubleBuffer memory(int entries) {
            return ByteBuffer.allocateDirect(entries * Double.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asDoubleBuffer();
        }
    }
}
