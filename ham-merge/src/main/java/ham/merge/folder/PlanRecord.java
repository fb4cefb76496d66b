package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LayerShape;
import ham.merge.io.JsonFiles;
import ham.merge.join.GroupingPlan;
import ham.merge.kernel.KernelSpeed;
import ham.merge.kernel.Kernels;
import ham.merge.peft.PeftReader;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergePlan;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IntSummaryStatistics;
import java.util.TreeSet;

/** A plan for programs and people: what {@code ham merge --dry-run} tells, all sizes in bytes, all times in seconds. */
public final class PlanRecord {
    /** Seconds that a thread takes to look at one entry; about that of a server of 2023. */
    private static final double SECONDS_A_VISIT = 1e-9;
    /** Bytes a second of reading and writing through the page cache. */
    private static final double BYTES_A_SECOND = 1e9;
    /** Seconds until a JVM works at speed. */
    private static final double START_SECONDS = 0.4;
    /** Memory of the JVM, its heap's slack and OpenBLAS; measured as about this for 50 adapters of a ViT-B. */
    private static final long JVM_BYTES = 200_000_000;

    private PlanRecord() {}

    /**
     * Plans a merge; reads headers only, and multiplies for some 30 ms to see how fast that goes here.
     *
     * @throws ham.merge.InputException when the adapters do not fit together
     */
    public static ObjectNode of(MergeInputs inputs) {
        MergePlan plan = inputs.plan();
        ObjectNode json = JsonFiles.object();
        json.put("method", inputs.settings().method().optionName());
        json.put("mode", inputs.mode().optionName());
        json.set("parameters", SettingsJson.parameters(inputs.settings()));
        json.put("base_sha256", inputs.baseSha256().orElse(null));
        adapters(inputs, json.putArray("adapters"));
        ArrayNode weights = json.putArray("weights");
        plan.shapes().forEach((weight, shape) -> weights.addObject()
                .put("weight", weight)
                .put("outputs", shape.outputs())
                .put("inputs", shape.inputs())
                .put("adapters", shape.adapters())
                .put("rank", shape.rank()));
        plan.grouping().ifPresent(grouping -> comparison(grouping, json.putObject("comparison")));
        inputs.head().ifPresent(head -> json.put("head", head.head().kind().optionName()));
        estimate(plan, json);
        json.set("warnings", JsonFiles.tree(inputs.warnings()));
        return json;
    }

    private static void adapters(MergeInputs inputs, ArrayNode array) {
        String importance = inputs.settings().method() == MergeMethod.HAM ? "alpha" : "weight";
        for (int i = 0; i < inputs.adapters().size(); i++) {
            AdapterFolder each = inputs.adapters().get(i);
            AdapterSource adapter = each.adapter();
            IntSummaryStatistics ranks = adapter.layers().values().stream()
                    .mapToInt(LayerShape::rank)
                    .summaryStatistics();
            ObjectNode node = array.addObject()
                    .put("adapter", adapter.name())
                    .put("path", each.path().toString())
                    .put(importance, inputs.weights().get(i).mean())
                    .put("layers", adapter.layers().size())
                    .put("biases", adapter.biases().size())
                    .put("rank_min", ranks.getMin())
                    .put("rank_max", ranks.getMax());
            Path file = PeftReader.weights(each.path());
            if (Files.isRegularFile(file)) {
                tensors(SafetensorsFile.open(file), node);
            }
        }
    }

    private static void tensors(SafetensorsFile file, ObjectNode node) {
        TreeSet<String> dtypes = new TreeSet<>();
        long bytes = 0;
        for (String name : file.names()) {
            dtypes.add(file.info(name).dtype().name());
            bytes += file.info(name).bytes();
        }
        node.set("dtypes", JsonFiles.tree(dtypes));
        node.put("bytes", bytes);
    }

    private static void comparison(GroupingPlan grouping, ObjectNode json) {
        json.put("how", grouping.allPairs() ? "all pairs" : "blocks and dense deltas of the groups")
                .put("block", grouping.block())
                .put("pair_operations", grouping.pairOperations())
                .put("dense_operations", grouping.denseOperations())
                .put("dense_bytes", grouping.denseBytes());
    }

    private static void estimate(MergePlan plan, ObjectNode json) {
        Kernels kernels = Kernels.best();
        int threads = Runtime.getRuntime().availableProcessors();
        double speed = KernelSpeed.measure(kernels);
        json.put("kernels", kernels.name());
        json.put("threads", threads);
        long disk = plan.factorBytes() + plan.deltaBytes();
        long mapped = plan.grouping().map(GroupingPlan::denseBytes).orElse(0L);
        double operations = plan.comparingOperations() + plan.mergingOperations();
        json.putObject("estimate")
                .put("comparing_operations", plan.comparingOperations())
                .put("merging_operations", plan.mergingOperations())
                .put("operations_per_second", speed * threads)
                .put("memory_bytes", JVM_BYTES + plan.workingBytes(threads))
                .put("mapped_bytes", mapped)
                .put("disk_bytes", disk)
                .put(
                        "seconds",
                        START_SECONDS
                                + operations / speed / threads
                                + plan.entryVisits() * SECONDS_A_VISIT / threads
                                + (plan.factorBytes() + disk + mapped) / BYTES_A_SECOND);
    }
}
