package ham.merge.folder;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.combine.DeltaStatistics;
import ham.merge.compare.WeightShapes;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.Group;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.PreparedMerge;
import ham.merge.record.AdapterRecord;
import ham.merge.record.Importances;
import ham.merge.record.MergeMode;
import ham.merge.record.ScaleChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code merge.json}: everything that is to be known of a merge but its tensors. What a file leaves out is null, lists and
 * parameters are empty then.
 *
 * @param parameters those that the method uses ({@link SettingsJson})
 * @param request what was asked for; null in folders of ham 0.1
 * @param baseSha256 hash of the base, null when unknown
 * @param steps what every adapter did
 * @param weights of the base that change
 * @param head kind of the head over all classes, null where there is none
 * @param factored whether the deltas are sums of the factors in {@code groups.safetensors}
 * @param kernels what multiplied
 * @param command as it was typed
 * @param base the checkpoint whose names the deltas have, as it was typed
 * @param version of ham
 * @param guard which part of the merged delta this is, null where nobody chose on held-out images
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record MergeRecord(
        MergeMethod method,
        MergeMode mode,
        ObjectNode parameters,
        Request request,
        @JsonInclude String baseSha256,
        List<AdapterRecord> inputs,
        List<Step> steps,
        List<Members> groups,
        List<Weight> weights,
        String head,
        List<String> warnings,
        boolean factored,
        String kernels,
        List<String> command,
        @JsonInclude String base,
        @JsonInclude String version,
        ScaleChoice guard) {
    public MergeRecord {
        parameters = parameters == null ? JsonFiles.object() : parameters;
        inputs = orEmpty(inputs);
        steps = orEmpty(steps);
        groups = orEmpty(groups);
        weights = orEmpty(weights);
        warnings = orEmpty(warnings);
        command = orEmpty(command);
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }

    /**
     * {@link MergeRequest}.
     *
     * @param mode {@code auto} to find out
     * @param weights {@code given} or {@code own}
     */
    public record Request(String mode, String weights) {}

    /** {@link MergeStep}; the last five are of ham, the weights of other methods. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Step(
            String adapter,
            Double alpha,
            Map<String, Double> layerAlphas,
            Double weight,
            Map<String, Double> layerWeights,
            List<Double> similarity,
            Integer group,
            Boolean opened,
            Double groupAlpha,
            Double norm) {
        /** Alpha for ham, else weight. */
        Double importance() {
            return alpha == null ? weight : alpha;
        }
    }

    /** {@link Group}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Members(
            List<String> members,
            Double alpha,
            Map<String, Double> layerAlphas,
            Integer rank,
            Double norm,
            List<Double> coefficients,
            List<Map<String, Double>> layerCoefficients) {
        public Members {
            members = orEmpty(members);
        }
    }

    /** {@link WeightShapes} and {@link DeltaStatistics}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Weight(
            @JsonProperty("weight") String name,
            Integer outputs,
            Integer inputs,
            Integer adapters,
            Integer rank,
            Double norm,
            Double effectiveRank) {
        static Weight of(String name, WeightShapes shape, Double norm, Double effectiveRank) {
            return new Weight(
                    name, shape.outputs(), shape.inputs(), shape.adapters(), shape.rank(), norm, effectiveRank);
        }
    }

    /** Whether groups, similarities and scalars are in it. */
    public boolean ham() {
        return method == MergeMethod.HAM;
    }

    /** As JSON. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }

    /**
     * The record of a merge.
     *
     * @param origin where the merge comes from
     * @param weights names of the changed weights
     * @param statistics of the merged delta of each
     */
    static MergeRecord of(
            AdapterMerge result, MergeOrigin origin, List<String> weights, List<DeltaStatistics> statistics) {
        PreparedMerge merge = result.merge();
        boolean ham = merge.settings().method() == MergeMethod.HAM;
        List<Weight> changed = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            changed.add(Weight.of(
                    weights.get(i),
                    merge.shapes().get(weights.get(i)),
                    statistics.get(i).norm(),
                    statistics.get(i).effectiveRank()));
        }
        MergeRequest request = result.request();
        return new MergeRecord(
                merge.settings().method(),
                result.mode(),
                SettingsJson.parameters(merge.settings()),
                new Request(
                        request.mode().map(MergeMode::optionName).orElse("auto"),
                        request.weightsGiven() ? "given" : "own"),
                result.baseSha256().orElse(null),
                result.adapters().stream().map(MergeRecord::input).toList(),
                merge.steps().stream().map(step -> step(step, ham)).toList(),
                merge.groups().stream().map(group -> members(merge, group, ham)).toList(),
                changed,
                result.head()
                        .map(head -> head.head().kind())
                        .map(HeadKind::optionName)
                        .orElse(null),
                result.warnings(),
                merge.settings().factored(),
                merge.kernels(),
                origin.command(),
                origin.base().map(Path::toString).orElse(null),
                origin.version().orElse(null),
                origin.choice().orElse(null));
    }

    private static AdapterRecord input(AdapterFolder folder) {
        return AdapterRecord.of(
                        folder.adapter().name(),
                        folder.path().toString(),
                        folder.sha256(),
                        folder.record(),
                        null,
                        folder.adapter().fanInFanOut())
                .called(folder.origin().names(folder.adapter()));
    }

    private static Step step(MergeStep step, boolean ham) {
        Double mean = step.alpha().mean();
        Map<String, Double> layers = Importances.layers(step.alpha());
        return ham
                ? new Step(
                        step.adapter(),
                        mean,
                        layers,
                        null,
                        null,
                        step.similarity(),
                        step.group(),
                        step.opened(),
                        step.groupAlpha(),
                        step.norm())
                : new Step(step.adapter(), null, null, mean, layers, null, null, null, null, null);
    }

    private static Members members(PreparedMerge merge, Group group, boolean ham) {
        List<Importance> coefficients = group.members().stream()
                .map(member -> member.coefficient()
                        .only(merge.adapters().get(member.adapter()).layers().keySet()))
                .toList();
        int rank = merge.shapes().keySet().stream()
                .mapToInt(weight -> merge.rank(group, weight))
                .max()
                .orElse(0);
        return new Members(
                group.members().stream().map(Group.Member::name).toList(),
                group.alpha().mean(),
                Importances.layers(group.alpha()),
                rank,
                ham ? Math.sqrt(group.squaredNorm()) : null,
                Importances.means(coefficients),
                Importances.allLayers(coefficients));
    }
}
