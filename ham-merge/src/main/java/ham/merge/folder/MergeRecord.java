package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.combine.DeltaStatistics;
import ham.merge.compare.WeightShapes;
import ham.merge.io.JsonFiles;
import ham.merge.join.Group;
import ham.merge.join.Importance;
import ham.merge.join.MergeStep;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.PreparedMerge;
import java.nio.file.Path;
import java.util.List;

/** The content of {@code merge.json}. */
final class MergeRecord {
    private final AdapterMerge result;
    private final PreparedMerge merge;

    private MergeRecord(AdapterMerge result) {
        this.result = result;
        this.merge = result.merge();
    }

    /**
     * Everything that is to be known of a merge but its tensors.
     *
     * @param origin where the merge comes from
     * @param weights names of the changed weights
     * @param statistics of the merged delta of each
     */
    static ObjectNode of(
            AdapterMerge result, MergeOrigin origin, List<String> weights, List<DeltaStatistics> statistics) {
        MergeRecord record = new MergeRecord(result);
        ObjectNode json = JsonFiles.object();
        json.put("method", result.merge().settings().method().optionName());
        json.put("mode", result.mode().optionName());
        json.set("parameters", SettingsJson.parameters(result.merge().settings()));
        request(result.request(), json.putObject("request"));
        json.put("base_sha256", result.baseSha256().orElse(null));
        record.inputs(json.putArray("inputs"));
        record.steps(json.putArray("steps"));
        record.groups(json.putArray("groups"));
        record.weights(json.putArray("weights"), weights, statistics);
        result.head().ifPresent(head -> json.put("head", head.head().kind().optionName()));
        json.set("warnings", JsonFiles.tree(result.warnings()));
        json.put("factored", result.merge().settings().method().factored());
        json.put("kernels", result.merge().kernels());
        json.set("command", JsonFiles.tree(origin.command()));
        json.put("base", origin.base().map(Path::toString).orElse(null));
        json.put("version", origin.version().orElse(null));
        return json;
    }

    private static void request(MergeRequest request, ObjectNode json) {
        json.put("mode", request.mode().map(MergeMode::optionName).orElse("auto"))
                .put("weights", request.weightsGiven() ? "given" : "own");
    }

    private boolean ham() {
        return merge.settings().method() == MergeMethod.HAM;
    }

    private void inputs(ArrayNode inputs) {
        for (AdapterFolder each : result.adapters()) {
            ObjectNode input = inputs.addObject()
                    .put("adapter", each.adapter().name())
                    .put("path", each.path().toString())
                    .put("sha256", each.sha256());
            each.record().put(input);
            if (each.adapter().fanInFanOut()) {
                input.put(StoredGroups.FAN_IN_FAN_OUT, true);
            }
        }
    }

    private void steps(ArrayNode steps) {
        for (MergeStep step : merge.steps()) {
            ObjectNode node = steps.addObject().put("adapter", step.adapter());
            ImportanceJson.put(
                    node, ham() ? "alpha" : "weight", ham() ? "layer_alphas" : "layer_weights", step.alpha());
            if (ham()) {
                node.set("similarity", JsonFiles.tree(step.similarity()));
                node.put("group", step.group())
                        .put("opened", step.opened())
                        .put("group_alpha", step.groupAlpha())
                        .put("norm", step.norm());
            }
        }
    }

    private void groups(ArrayNode groups) {
        for (Group group : merge.groups()) {
            ObjectNode node = groups.addObject();
            node.set(
                    "members",
                    JsonFiles.tree(
                            group.members().stream().map(Group.Member::name).toList()));
            ImportanceJson.put(node, "alpha", "layer_alphas", group.alpha());
            node.put("rank", rank(group));
            if (ham()) {
                node.put("norm", Math.sqrt(group.squaredNorm()));
            }
            ImportanceJson.putAll(
                    node,
                    "coefficients",
                    "layer_coefficients",
                    group.members().stream().map(this::coefficient).toList());
        }
    }

    private Importance coefficient(Group.Member member) {
        return member.coefficient()
                .only(merge.adapters().get(member.adapter()).layers().keySet());
    }

    /** The group's largest concatenated rank over all weights. */
    private int rank(Group group) {
        return merge.shapes().keySet().stream()
                .mapToInt(weight -> merge.rank(group, weight))
                .max()
                .orElse(0);
    }

    private void weights(ArrayNode array, List<String> weights, List<DeltaStatistics> statistics) {
        for (int i = 0; i < weights.size(); i++) {
            WeightShapes shape = merge.shapes().get(weights.get(i));
            array.addObject()
                    .put("weight", weights.get(i))
                    .put("outputs", shape.outputs())
                    .put("inputs", shape.inputs())
                    .put("adapters", shape.adapters())
                    .put("rank", shape.rank())
                    .put("norm", statistics.get(i).norm())
                    .put("effective_rank", statistics.get(i).effectiveRank());
        }
    }
}
