package ham.merge.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.join.Importance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter as {@code ham.json} and the inputs of {@code merge.json} have it; what is not known is null.
 *
 * @param adapter its name; in {@code merge.json} only
 * @param path its folder; in {@code merge.json} only
 * @param sha256 hash of its tensors; in {@code merge.json} only
 * @param merged what an adapter that is a merge was made from
 * @param fanInFanOut whether it is for weights that are stored as [in, out]
 * @param ownNames what its own files call things; in {@code merge.json} only
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdapterRecord(
        String adapter,
        String path,
        String sha256,
        Double alpha,
        Map<String, Double> layerAlphas,
        Integer task,
        List<String> classes,
        @JsonInclude String baseSha256,
        MergeMode mode,
        List<Double> groupAlphas,
        List<Map<String, Double>> groupLayerAlphas,
        JsonNode merged,
        Boolean fanInFanOut,
        OwnNames ownNames) {

    /** What {@code ham.json} holds. */
    public static AdapterRecord of(HamRecord record) {
        return of(null, null, null, record, null, false);
    }

    public static AdapterRecord of(
            String adapter, String path, String sha256, HamRecord record, JsonNode merged, boolean fanInFanOut) {
        return new AdapterRecord(
                adapter,
                path,
                sha256,
                record.alpha().mean(),
                Importances.layers(record.alpha()),
                record.task(),
                record.classes(),
                record.baseSha256().orElse(null),
                record.mode(),
                Importances.means(record.groupAlphas()),
                Importances.allLayers(record.groupAlphas()),
                merged,
                fanInFanOut ? Boolean.TRUE : null,
                null);
    }

    /** The same with what the adapter's own files call things. */
    public AdapterRecord called(OwnNames names) {
        return new AdapterRecord(
                adapter,
                path,
                sha256,
                alpha,
                layerAlphas,
                task,
                classes,
                baseSha256,
                mode,
                groupAlphas,
                groupLayerAlphas,
                merged,
                fanInFanOut,
                names.equals(OwnNames.NONE) ? null : names);
    }

    /** What the adapter's own files call things, as far as it is known. */
    public OwnNames called() {
        return ownNames == null ? OwnNames.NONE : ownNames;
    }

    /**
     * The record of the adapter; what is not known has its default.
     *
     * @param file where it was read, for messages
     * @throws InputException when a value is out of its range
     */
    public HamRecord record(Path file) {
        if (task != null && task < -1) {
            throw new InputException(file, "task: expected a whole number from 0, or -1 for unknown, found " + task);
        }
        if (classes != null && classes.contains(null)) {
            throw new InputException(file, "classes: expected text, found null");
        }
        return new HamRecord(
                alpha == null && layerAlphas == null
                        ? Importance.ONE
                        : Importances.read(file, "alpha", alpha, layerAlphas),
                task == null ? -1 : task,
                classes == null ? List.of() : classes,
                Optional.ofNullable(baseSha256),
                mode == null ? MergeMode.INDEPENDENT : mode,
                Importances.readAll(file, "group_alphas", groupAlphas, groupLayerAlphas));
    }
}
