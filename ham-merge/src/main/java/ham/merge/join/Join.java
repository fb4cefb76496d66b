package ham.merge.join;

/** How a group's scalar changes when an adapter joins. */
public enum Join {
    /** {@code alpha_G <- (m alpha_G + alpha_i) / (m + 1)}, as in the paper. */
    MEAN,
    /** {@code B_G <- [alpha_G B_G, alpha_i s B_i]}, {@code alpha_G <- 1}: joining does not change the function. */
    FOLD
}
