package ham.serve.repository;

import ham.common.HamException;
import java.util.SortedMap;

/** Where a model comes from; read anew at every load. */
interface ModelSource {
    /** The name under which it is served. */
    String name();

    /**
     * The versions that are to be served.
     *
     * @return at least one, by number
     * @throws HamException if there is none, or what describes them is broken
     */
    SortedMap<Long, VersionSource> versions();
}
