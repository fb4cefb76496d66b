package ham.serve.repository;

import ham.serve.batch.BatchListener;

/** Hears what becomes of the models. */
public interface RepositoryListener {
    /** Nobody listens. */
    RepositoryListener NONE = new RepositoryListener() {};

    /** Who hears of a model's runs. */
    default BatchListener runs(String model) {
        return BatchListener.NONE;
    }

    /** A version is in service for the first time. */
    default void loaded(String model, long version) {}

    /** A version took the place of another state of itself. */
    default void swapped(String model, long version) {}

    /** What lies on disk cannot be served; what was in service still is. */
    default void refused(String model, Throwable reason) {}

    /** A version is in service no more. */
    default void unloaded(String model, long version) {}
}
