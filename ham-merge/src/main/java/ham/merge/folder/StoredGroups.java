package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.gram.GramFile;
import ham.merge.record.AdapterRecord;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The members of the groups that {@code merge.json} lists, with their tensors in {@code groups.safetensors}. */
final class StoredGroups {
    private StoredGroups() {}

    /**
     * All groups, each with its members in join order.
     *
     * @param record content of {@code merge.json}
     * @throws InputException when tensors do not fit together, or belong to no member
     */
    static List<List<StoredAdapter>> open(MergeRecord record, Path file) {
        SafetensorsFile factors = SafetensorsFile.open(file);
        Path gramFile = file.resolveSibling(MergeFolder.GRAMS);
        Optional<GramFile> grams = Files.exists(gramFile) ? Optional.of(GramFile.open(gramFile)) : Optional.empty();
        NavigableSet<String> unused = new TreeSet<>(factors.names());
        Map<String, AdapterRecord> inputs = new HashMap<>();
        record.inputs().forEach(input -> inputs.putIfAbsent(input.adapter(), input));
        List<List<StoredAdapter>> groups = new ArrayList<>();
        for (MergeRecord.Members group : record.groups()) {
            List<StoredAdapter> members = new ArrayList<>();
            for (String name : group.members()) {
                String prefix = MergeFolder.factorPrefix(groups.size(), members.size());
                members.add(
                        new StoredAdapter(name, prefix, factors, grams, Optional.ofNullable(inputs.get(name)), unused));
            }
            groups.add(members);
        }
        if (!unused.isEmpty()) {
            throw new InputException(
                    file,
                    "expected the factors of the members that " + MergeFolder.RECORD + " lists, found also '"
                            + unused.first() + "'");
        }
        return groups;
    }
}
