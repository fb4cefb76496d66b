package ham.merge.space;

import com.fasterxml.jackson.annotation.JsonValue;
import ham.merge.combine.Contribution;
import ham.merge.kernel.Dense;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where the entries of deltas are merged. */
public enum MergeSpace {
    /** As they are: {@code D_i} [out, in]. */
    DELTA {
        @Override
        Bases bases(List<Contribution> contributions) {
            return new Bases(Optional.empty(), Optional.empty());
        }
    },
    /**
     * In the directions U that the outputs of all deltas span: {@code U^T D_i} [R, in], with {@code [D_1, ..., D_n] = U S V^T}. Source: KnOTS, arXiv
     * 2410.19735, section 4: the parts {@code S V_i} of the task matrices are {@code U^T D_i}.
     */
    KNOTS {
        @Override
        Bases bases(List<Contribution> contributions) {
            // U of [D_1, ...] is that of [s_1 B_1 L_1, ...] with A_i = L_i Q_i: orthonormal rows on the right change no
            // left singular vector.
            Dense stacked = null;
            for (Contribution each : contributions) {
                Dense left = Dense.of(each.factors().b()).times(each.factors().scaling());
                Dense right = Dense.of(each.factors().a());
                Dense.Svd svd = Dense.svdOfProduct(left, right);
                Dense part = svd.u().scaleColumns(svd.values());
                stacked = stacked == null ? part : stacked.beside(part);
            }
            return new Bases(Optional.of(stacked.svd().u()), Optional.empty());
        }
    },
    /**
     * In the directions that all B span on the left and all A on the right: {@code U^T D_i V} [R, R], with {@code [B_1, ..., B_n] = U S X^T} and
     * {@code [A_1; ...; A_n] = Y S V^T}. Source: core space, arXiv 2509.17786, section 3.
     */
    CORE {
        @Override
        Bases bases(List<Contribution> contributions) {
            Dense left = null;
            Dense right = null;
            for (Contribution each : contributions) {
                Dense b = Dense.of(each.factors().b());
                Dense a = Dense.of(each.factors().a()).transpose();
                left = left == null ? b : left.beside(b);
                right = right == null ? a : right.beside(a);
            }
            return new Bases(
                    Optional.of(left.svd().u()), Optional.of(right.svd().u()));
        }
    };

    /**
     * Orthonormal directions; empty where a side stays as it is.
     *
     * @param left U [out, R]
     * @param right V [in, R]
     */
    record Bases(Optional<Dense> left, Optional<Dense> right) {}

    /** The directions that all deltas of a weight lie in, so that nothing is lost between the spaces. */
    abstract Bases bases(List<Contribution> contributions);

    /** The name that files use: {@code core}. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
