package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.io.JsonFiles;
import ham.merge.record.HamRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Names for the classes of a classifier that PEFT saved along with an adapter, as PEFT itself keeps none. In this order, the first that names
 * every class differently: {@code classes} in {@code ham.json}; {@code id2label} of a {@code config.json} beside the adapter, unless it only
 * counts ({@code LABEL_0}); {@code ADAPTER/0}, {@code ADAPTER/1}, ..., which no two adapters of different names share.
 */
final class SavedClassNames {
    private SavedClassNames() {}

    static List<String> of(Path folder, HamRecord record, String adapter, int classes) {
        if (fit(record.classes(), classes)) {
            return record.classes();
        }
        List<String> labels = labels(folder.resolve("config.json"), classes);
        if (fit(labels, classes) && !labels.stream().allMatch(each -> each.matches("LABEL_\\d+"))) {
            return labels;
        }
        return placeholders(adapter, classes);
    }

    private static List<String> placeholders(String adapter, int classes) {
        return IntStream.range(0, classes).mapToObj(i -> adapter + "/" + i).toList();
    }

    /** Whether these names are none but numbers. */
    static boolean areNone(String adapter, List<String> names) {
        return names.equals(placeholders(adapter, names.size()));
    }

    private static boolean fit(List<String> names, int classes) {
        return names.size() == classes && new HashSet<>(names).size() == classes;
    }

    private static List<String> labels(Path config, int classes) {
        List<String> labels = new ArrayList<>();
        if (Files.exists(config)) {
            JsonNode named = JsonFiles.read(config, "a model configuration").path("id2label");
            for (int i = 0; i < classes && numbersFit(named, classes); i++) {
                JsonNode label = named.path(String.valueOf(i));
                labels.add(label.isTextual() ? label.textValue() : "LABEL_" + i);
            }
        }
        return labels;
    }

    /** Whether classes are named by numbers below their count; some may be left out. */
    private static boolean numbersFit(JsonNode named, int classes) {
        boolean fit = !named.isEmpty();
        for (var each : named.properties()) {
            fit &= each.getKey().matches("\\d{1,7}") && Integer.parseInt(each.getKey()) < classes;
        }
        return fit;
    }
}
