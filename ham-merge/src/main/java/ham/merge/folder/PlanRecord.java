package ham.merge.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LayerShape;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonRecords;
import ham.merge.join.GroupingPlan;
import ham.merge.kernel.KernelSpeed;
import ham.merge.kernel.Kernels;
import ham.merge.peft.PeftReader;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergePlan;
import ham.merge.record.MergeMode;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A plan for programs and people: what {@code ham merge} tells of a merge that it does not make, all sizes in bytes, all times in seconds.
 * Components are what {@link MergeRecord} has of the same names.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanRecord(
        MergeMethod method,
        MergeMode mode,
        ObjectNode parameters,
        @JsonInclude String baseSha256,
        List<Adapter> adapters,
        List<Weight> weights,
        Comparison comparison,
        String head,
        String kernels,
        int threads,
        Estimate estimate,
        List<String> warnings) {
    /** Seconds that a thread takes to look at one entry; about that of a server of 2023. */
    private static final double SECONDS_A_VISIT = 1e-9;
    /** Bytes a second of reading and writing through the page cache. */
    private static final double BYTES_A_SECOND = 1e9;
    /** Seconds until a JVM works at speed. */
    private static final double START_SECONDS = 0.4;
    /** Memory of the JVM, its heap's slack and OpenBLAS; measured as about this for 50 adapters of a ViT-B. */
    private static final long JVM_BYTES = 200_000_000;

    /** An adapter; alpha for ham, weight for other methods, dtypes and bytes where it is a folder of PEFT's. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Adapter(
            String adapter,
            String path,
            Double alpha,
            Double weight,
            int layers,
            int biases,
            int rankMin,
            int rankMax,
            Set<String> dtypes,
            Long bytes) {}

    /** A weight that changes. */
    public record Weight(String weight, int outputs, int inputs, int adapters, int rank) {}

    /** How adapters get compared. */
    public record Comparison(String how, int block, double pairOperations, double denseOperations, long denseBytes) {}

    /** What the merge will take. */
    public record Estimate(
            double comparingOperations,
            double mergingOperations,
            double operationsPerSecond,
            long memoryBytes,
            long mappedBytes,
            long diskBytes,
            double seconds) {}

    /**
     * Plans a merge; reads headers only, and multiplies for some 30 ms to see how fast that goes here.
     *
     * @throws ham.merge.InputException when the adapters do not fit together
     */
    public static PlanRecord of(MergeInputs inputs) {
        MergePlan plan = inputs.plan();
        List<Adapter> adapters = new ArrayList<>();
        for (int i = 0; i < inputs.adapters().size(); i++) {
            boolean ham = inputs.settings().method() == MergeMethod.HAM;
            adapters.add(
                    adapter(inputs.adapters().get(i), inputs.weights().get(i).mean(), ham));
        }
        Kernels kernels = Kernels.best();
        int threads = Runtime.getRuntime().availableProcessors();
        return new PlanRecord(
                inputs.settings().method(),
                inputs.mode(),
                SettingsJson.parameters(inputs.settings()),
                inputs.baseSha256().orElse(null),
                adapters,
                plan.shapes().entrySet().stream()
                        .map(each -> new Weight(
                                each.getKey(),
                                each.getValue().outputs(),
                                each.getValue().inputs(),
                                each.getValue().adapters(),
                                each.getValue().rank()))
                        .toList(),
                plan.grouping().map(PlanRecord::comparison).orElse(null),
                inputs.head()
                        .map(head -> head.head().kind())
                        .map(HeadKind::optionName)
                        .orElse(null),
                kernels.name(),
                threads,
                estimate(plan, KernelSpeed.measure(kernels), threads),
                inputs.warnings());
    }

    /** The same as an object. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }

    private static Adapter adapter(AdapterFolder folder, double importance, boolean ham) {
        AdapterSource adapter = folder.adapter();
        IntSummaryStatistics ranks =
                adapter.layers().values().stream().mapToInt(LayerShape::rank).summaryStatistics();
        TreeSet<String> dtypes = null;
        Long bytes = null;
        Path weights = PeftReader.weights(folder.path());
        if (Files.isRegularFile(weights)) {
            SafetensorsFile file = SafetensorsFile.open(weights);
            dtypes = new TreeSet<>();
            bytes = 0L;
            for (String name : file.names()) {
                dtypes.add(file.info(name).dtype().name());
                bytes += file.info(name).bytes();
            }
        }
        return new Adapter(
                adapter.name(),
                folder.path().toString(),
                ham ? importance : null,
                ham ? null : importance,
                adapter.layers().size(),
                adapter.biases().size(),
                ranks.getMin(),
                ranks.getMax(),
                dtypes,
                bytes);
    }

    private static Comparison comparison(GroupingPlan grouping) {
        return new Comparison(
                grouping.allPairs() ? "all pairs" : "blocks and dense deltas of the groups",
                grouping.block(),
                grouping.pairOperations(),
                grouping.denseOperations(),
                grouping.denseBytes());
    }

    private static Estimate estimate(MergePlan plan, double speed, int threads) {
        long disk = plan.factorBytes() + plan.deltaBytes();
        long mapped = plan.grouping().map(GroupingPlan::denseBytes).orElse(0L);
        double operations = plan.comparingOperations() + plan.mergingOperations();
        return new Estimate(
                plan.comparingOperations(),
                plan.mergingOperations(),
                speed * threads,
                JVM_BYTES + plan.workingBytes(threads),
                mapped,
                disk,
                START_SECONDS
                        + operations / speed / threads
                        + plan.entryVisits() * SECONDS_A_VISIT / threads
                        + (plan.factorBytes() + disk + mapped) / BYTES_A_SECOND);
    }
}
