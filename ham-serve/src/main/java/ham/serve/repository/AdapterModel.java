package ham.serve.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.common.BrokenJson;
import ham.serve.batch.BatchRules;
import ham.serve.batch.Rows;
import ham.serve.engine.AdapterEngine;
import ham.serve.engine.AdapterPackageRecord;
import ham.serve.protocol.ServeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A folder that {@code ham export --package adapters} wrote: one model, of which every request names an adapter. */
record AdapterModel(String name, Path folder, Openers openers, BatchRules rules) implements ModelSource {
    static final String RECORD = "package.json";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** The folder's record, where it has one and it is that of adapters. */
    static Optional<AdapterPackageRecord> record(Path folder) {
        Path file = folder.resolve(RECORD);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            AdapterPackageRecord record = MAPPER.readValue(Files.readString(file), AdapterPackageRecord.class);
            return Optional.of(record).filter(each -> "adapters".equals(each.kind()));
        } catch (JsonProcessingException e) {
            throw ServeException.invalid(file + ": expected the record of a package, found broken JSON ("
                    + BrokenJson.problem(e.getOriginalMessage()) + ").");
        } catch (IOException e) {
            throw ServeException.invalid(
                    file + ": expected the record of a package, but it cannot be read (" + e + ").");
        }
    }

    @Override
    public SortedMap<Long, VersionSource> versions() {
        AdapterPackageRecord record = record(folder)
                .orElseThrow(() -> ServeException.invalid(
                        folder.resolve(RECORD) + ": expected the record of a package of adapters, found none."));
        boolean whole = plain(record.base())
                && record.tasks() != null
                && !record.tasks().isEmpty()
                && record.tasks().stream()
                        .allMatch(task -> task.task() != null && task.labels() != null && plain(task.adapter()));
        if (!whole) {
            throw ServeException.invalid(
                    folder.resolve(RECORD)
                            + ": expected a base and tasks with an adapter file of this folder and labels each, found something else.");
        }
        List<Path> files = new ArrayList<>(List.of(folder.resolve(RECORD), folder.resolve(record.base())));
        record.tasks().forEach(task -> files.add(folder.resolve(task.adapter())));
        return new TreeMap<>(Map.of(
                1L,
                new VersionSource(
                        files,
                        () -> AdapterEngine.open(
                                folder, record, openers.adapters().get()),
                        rules,
                        engine -> new Rows(true, true, Integer.MAX_VALUE),
                        Optional::empty,
                        Optional.empty())));
    }

    static boolean plain(String file) {
        return file != null
                && !file.isEmpty()
                && Path.of(file).getNameCount() == 1
                && !Path.of(file).isAbsolute()
                && !file.equals("..");
    }
}
