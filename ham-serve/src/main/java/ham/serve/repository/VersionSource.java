package ham.serve.repository;

import ham.serve.batch.BatchRules;
import ham.serve.batch.Rows;
import ham.serve.engine.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One version of a model as it lies on disk.
 *
 * @param files what it is made of: when one of them changes, it is another
 * @param opener opens and checks it
 * @param rules how its requests become runs
 * @param rows what the first dimension of the opened model is
 * @param labels reads those of its classes, where a file beside it tells them
 * @param timeout how long a request without a deadline may take
 */
record VersionSource(
        List<Path> files,
        Supplier<Engine> opener,
        BatchRules rules,
        Function<Engine, Rows> rows,
        Supplier<Optional<List<String>>> labels,
        Optional<Duration> timeout) {}
