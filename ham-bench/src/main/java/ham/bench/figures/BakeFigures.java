package ham.bench.figures;

import com.fasterxml.jackson.databind.JsonNode;
import ham.bench.program.MakeAdapters;
import ham.bench.program.RandomBackbone;
import ham.bench.program.RandomGraph;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Baking that merge into a graph that somebody else exported, and the patch that the next adapter makes. */
final class BakeFigures {
    static final String CHECKPOINT = "checkpoint";
    private static final String GRAPH = "exported.onnx";

    private BakeFigures() {}

    /** The base, as a checkpoint and as a graph. */
    static void prepare(Workshop workshop) throws IOException {
        RandomBackbone.write(workshop.path(CHECKPOINT));
        RandomGraph.writeExporters(workshop.path(GRAPH));
    }

    static Figure bake(Workshop workshop) throws IOException, InterruptedException {
        List<Competitor> competitors = new ArrayList<>();
        List<String> bake = export(workshop, GRAPH, MergeFigures.MERGED, "baked.onnx");
        bake.addAll(List.of("--weights", workshop.at(CHECKPOINT)));
        competitors.add(new Competitor("ham", bake, workshop.path("baked.onnx")));
        competitors.add(workshop.copy(GRAPH, "copied.onnx"));
        String absent = workshop.addPython(
                competitors,
                "onnx in Python",
                "onnx, numpy, safetensors",
                workshop.path("python.onnx"),
                "onnx_bake.py",
                workshop.at(GRAPH),
                workshop.at(CHECKPOINT + "/model.safetensors"),
                workshop.at(MergeFigures.MERGED + "/merged.safetensors"),
                workshop.at("python.onnx"));
        Map<String, ProcessCost> costs = workshop.turns(competitors);
        return new Figure(
                "baking a merge into somebody else's ViT-B/16 graph, whole process",
                Workshop.cost(costs.remove("ham")),
                others(costs) + absent,
                "`./ham export --base EXPORTED.onnx --weights CHECKPOINT --merged MERGED --out OUT.onnx --no-verify`");
    }

    /** From 49 adapters to 50, on a device that has the model of 49. */
    static Figure patch(Workshop workshop) throws IOException, InterruptedException {
        int before = MergeFigures.ADAPTERS - 1;
        workshop.run(MergeFigures.merge(workshop, 0, before, "before"));
        workshop.run(workshop.ham(
                "merge",
                "--onto",
                workshop.at("before"),
                workshop.at(MergeFigures.FOLDER + "/" + MakeAdapters.name(before)),
                "--out",
                workshop.at("after")));
        workshop.run(export(workshop, CHECKPOINT, "before", "deployed.onnx"));
        List<String> command = export(workshop, CHECKPOINT, "after", "new.onnx");
        command.addAll(List.of(
                "--patch",
                workshop.at("new.hampatch"),
                "--from",
                workshop.at("deployed.onnx"),
                "--from-merged",
                workshop.at("before"),
                "--json"));
        JsonNode patch = JsonFiles.read(workshop.printed(command, "patch.json"), "the record of an export")
                .path("patch");
        return new Figure(
                "the update that brings a deployed ViT-B/16 from " + before + " adapters to " + MergeFigures.ADAPTERS,
                Workshop.megabytes(patch.path("bytes").asDouble()),
                "the model: " + Workshop.megabytes(patch.path("model_bytes").asDouble()),
                "`./ham export --base CHECKPOINT --merged AFTER --out NEW.onnx --patch NEW.hampatch --from DEPLOYED.onnx --from-merged BEFORE`");
    }

    private static List<String> export(Workshop workshop, String base, String merged, String out) {
        return workshop.ham(
                "export",
                "--base",
                workshop.at(base),
                "--merged",
                workshop.at(merged),
                "--out",
                workshop.at(out),
                "--no-verify");
    }

    static String others(Map<String, ProcessCost> costs) {
        return costs.entrySet().stream()
                .map(each -> each.getKey() + " " + Workshop.cost(each.getValue()))
                .collect(Collectors.joining("; "));
    }
}
