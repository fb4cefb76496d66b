package ham.merge.folder;

import ham.merge.adapter.LoraAdapter;
import ham.merge.method.Branch;
import ham.merge.method.Deltas;
import ham.merge.method.HamMerge;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The alternative to a merge: one model a task. Each is the function that its adapter was trained in, so for a sequential run the groups
 * before it with the scalars that they had then, and the adapter itself, not pruned.
 */
public final class TaskModels {
    private TaskModels() {}

    /** One model for every adapter of a merge, in order, each with its adapter's own head. */
    public static List<Merged> of(AdapterMerge merge) {
        HamMerge replay = new HamMerge(merge.merge().settings().ham());
        List<Merged> models = new ArrayList<>();
        for (int i = 0; i < merge.adapters().size(); i++) {
            AdapterFolder each = merge.adapters().get(i);
            double alpha = merge.weights().get(i);
            LoraAdapter adapter = LoraAdapter.load(each.adapter());
            List<Double> groupAlphas =
                    merge.mode() == MergeMode.SEQUENTIAL ? each.record().groupAlphas() : List.of();
            SortedMap<String, List<Branch>> branches = replay.trainedFunction(adapter, alpha, groupAlphas);
            SortedMap<String, String> provenance = new TreeMap<>();
            provenance.put("method", "task");
            provenance.put("adapter_sha256", each.sha256());
            models.add(new Merged(
                    Deltas.sum(branches),
                    biases(adapter, alpha),
                    branches,
                    each.head(),
                    each.record().baseSha256(),
                    provenance));
            if (merge.mode() == MergeMode.SEQUENTIAL) {
                replay.add(adapter, alpha, groupAlphas);
            }
        }
        return models;
    }

    private static SortedMap<String, float[]> biases(LoraAdapter adapter, double alpha) {
        SortedMap<String, float[]> biases = new TreeMap<>();
        adapter.biases().forEach((name, change) -> {
            float[] scaled = change.values().clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (alpha * scaled[i]);
            }
            biases.put(name, scaled);
        });
        return biases;
    }
}
