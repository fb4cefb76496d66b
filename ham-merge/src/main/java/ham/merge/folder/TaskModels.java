package ham.merge.folder;

import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Branch;
import ham.merge.combine.Deltas;
import ham.merge.join.Importance;
import ham.merge.plan.HamMerge;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    /** Takes the models of the tasks one after the other, so that they need not be in memory together. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes one model.
         *
         * @param task its place in the order of the merge
         */
        void accept(int task, Merged model) throws IOException;
    }

    /** One model for every adapter of a merge, in order, each with its adapter's own head. */
    public static List<Merged> of(AdapterMerge merge) {
        List<Merged> models = new ArrayList<>();
        try {
            each(merge, (task, model) -> models.add(model));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return models;
    }

    /** Hands over what {@link #of} lists. */
    public static void each(AdapterMerge merge, Sink sink) throws IOException {
        HamMerge again = new HamMerge(merge.merge().settings().ham());
        for (int i = 0; i < merge.adapters().size(); i++) {
            AdapterFolder each = merge.adapters().get(i);
            Importance alpha = merge.weights().get(i);
            LoraAdapter adapter = LoraAdapter.load(each.adapter());
            List<Importance> groupAlphas =
                    merge.usesTrainedGroups() ? each.record().groupAlphas() : List.of();
            SortedMap<String, List<Branch>> branches = again.trainedFunction(adapter, alpha, groupAlphas);
            SortedMap<String, String> provenance = new TreeMap<>();
            provenance.put("method", "task");
            provenance.put("adapter_sha256", each.sha256());
            sink.accept(
                    i,
                    new Merged(
                            Deltas.sum(branches),
                            biases(adapter, alpha),
                            branches,
                            each.head(),
                            each.record().baseSha256(),
                            provenance));
            if (merge.usesTrainedGroups()) {
                again.add(adapter, alpha, groupAlphas);
            }
        }
    }

    private static SortedMap<String, float[]> biases(LoraAdapter adapter, Importance alpha) {
        SortedMap<String, float[]> biases = new TreeMap<>();
        adapter.biases().forEach((name, change) -> {
            float[] scaled = change.values().clone();
            double weight = alpha.atBias(name);
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (weight * scaled[i]);
            }
            biases.put(name, scaled);
        });
        return biases;
    }
}
