package ham.bench.strategy;

import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a strategy needs on disk.
 *
 * @param common what all tasks use: the base graph of {@link Strategy#ADAPTERS}, the data file of {@link Strategy#SHARED}; else empty
 * @param files one a task, in order; a single one for {@link Strategy#MERGED}
 * @param tokens of a text that is asked, where they take texts
 */
public record ServingFiles(Strategy strategy, Optional<Path> common, List<Path> files, int tokens) {
    /** Files of models of images. */
    public ServingFiles(Strategy strategy, Optional<Path> common, List<Path> files) {
        this(strategy, common, files, BenchSettings.DEFAULT.tokens());
    }

    /** Checks that the files are as the strategy needs them. */
    public ServingFiles {
        files = List.copyOf(files);
        boolean needsCommon = strategy == Strategy.ADAPTERS || strategy == Strategy.SHARED;
        if (files.isEmpty()
                || common.isPresent() != needsCommon
                || (strategy == Strategy.MERGED && files.size() != 1)) {
            throw new IllegalArgumentException(strategy + ": found the files " + common + " and " + files);
        }
    }

    /** Size of all files together. */
    public long bytes() {
        return common.map(ServingFiles::size).orElse(0L)
                + files.stream().mapToLong(ServingFiles::size).sum();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new ModelException(file + ": its size cannot be read (" + e.getMessage() + ").", e);
        }
    }
}
