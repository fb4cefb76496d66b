package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** The members of the groups that {@code merge.json} lists, with their tensors in {@code groups.safetensors}. */
final class StoredGroups {
    /** Stands in an input whose adapter is for weights that are stored as [in, out]. */
    static final String FAN_IN_FAN_OUT = "fan_in_fan_out";

    private StoredGroups() {}

    /**
     * All groups, each with its members in join order.
     *
     * @param record content of {@code merge.json}
     * @throws InputException when tensors do not fit together, or belong to no member
     */
    static List<List<StoredAdapter>> open(ObjectNode record, Path file) {
        SafetensorsFile factors = SafetensorsFile.open(file);
        NavigableSet<String> unused = new TreeSet<>(factors.names());
        Set<String> fanInFanOut = new HashSet<>();
        for (JsonNode input : record.path("inputs")) {
            if (input.path(FAN_IN_FAN_OUT).asBoolean()) {
                fanInFanOut.add(input.path("adapter").asText());
            }
        }
        List<List<StoredAdapter>> groups = new ArrayList<>();
        for (JsonNode group : record.path("groups")) {
            List<StoredAdapter> members = new ArrayList<>();
            for (JsonNode member : group.path("members")) {
                String prefix = MergeFolder.factorPrefix(groups.size(), members.size());
                String name = member.asText();
                members.add(new StoredAdapter(name, prefix, factors, fanInFanOut.contains(name), unused));
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
