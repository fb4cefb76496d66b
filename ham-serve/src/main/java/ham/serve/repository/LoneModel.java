package ham.serve.repository;

import ham.runtime.tensor.TensorSpec;
import ham.serve.batch.BatchRules;
import ham.serve.batch.Rows;
import ham.serve.engine.Engine;
import ham.serve.engine.ModelEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Model files that no configuration describes: one version, number 1, and what the graph says of its rows. */
record LoneModel(String name, Path file, Openers openers, BatchRules rules) implements ModelSource {
    /** The name of a model in a file: the file's without its ending. */
    static LoneModel of(Path file, Openers openers, BatchRules rules) {
        String name = String.valueOf(file.getFileName()).replaceFirst("(?<=.)\\.[^.]*$", "");
        return new LoneModel(name, file, openers, rules);
    }

    @Override
    public SortedMap<Long, VersionSource> versions() {
        return new TreeMap<>(Map.of(
                1L,
                new VersionSource(
                        List.of(file, file.resolveSibling(file.getFileName() + ".data")),
                        () -> new ModelEngine(openers.models().apply(file)),
                        rules,
                        LoneModel::rows,
                        Optional::empty,
                        Optional.empty())));
    }

    /** Rows of several requests share a run where the first dimension of everything has one and the same name. */
    static Rows rows(Engine engine) {
        List<String> first = Stream.concat(engine.inputs().stream(), engine.outputs().stream())
                .map(LoneModel::dynamicFirst)
                .distinct()
                .toList();
        return first.size() == 1 && !first.get(0).isEmpty() ? new Rows(true, true, Integer.MAX_VALUE) : Rows.NONE;
    }

    private static String dynamicFirst(TensorSpec spec) {
        return spec.shape().isEmpty() || spec.shape().get(0) >= 0
                ? ""
                : spec.dimensionNames().get(0);
    }
}
