package ham.merge.combine;

/** How the groups add up to the merged delta. */
public enum Combine {
    /** {@code sum_j alpha_Gj DW_Gj}: the function that was trained. */
    SUM,
    /** The sum divided by {@code sum_j alpha_Gj}; needs every {@code alpha_Gj > 0}. */
    MEAN
}
