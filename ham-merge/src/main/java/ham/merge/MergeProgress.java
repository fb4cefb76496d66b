package ham.merge;

/** Hears how far a merge is; called from several threads. */
@FunctionalInterface
public interface MergeProgress {
    /** Does not listen. */
    MergeProgress SILENT = (stage, done, total) -> {};

    /**
     * Work went on.
     *
     * @param stage what is being done
     * @param done parts that are done
     * @param total parts in all
     */
    void at(String stage, long done, long total);
}
