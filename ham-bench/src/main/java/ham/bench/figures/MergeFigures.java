package ham.bench.figures;

import ham.bench.program.MakeAdapters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Merging 50 adapters of ViT-B/16 into one delta, as a whole process. */
final class MergeFigures {
    static final int ADAPTERS = 50;
    static final String FOLDER = "adapters";
    static final String MERGED = "merged";

    private MergeFigures() {}

    /** Measures; leaves the adapters and ham's merge of them. */
    static Figure measure(Workshop workshop) throws IOException, InterruptedException {
        MakeAdapters.main(new String[] {workshop.at(FOLDER), String.valueOf(ADAPTERS), "12", "768", "16"});
        List<Competitor> competitors = new ArrayList<>();
        competitors.add(new Competitor("ham", merge(workshop, 0, ADAPTERS, MERGED), workshop.path(MERGED)));
        competitors.add(workshop.copy(FOLDER, "copied"));
        String absent = workshop.addPython(
                competitors,
                "PEFT in Python",
                "peft, transformers, torch",
                workshop.path("peft"),
                "peft_merge.py",
                workshop.at(BakeFigures.CHECKPOINT),
                workshop.at(FOLDER),
                workshop.at("peft"));
        Map<String, ProcessCost> costs = workshop.turns(competitors);
        return new Figure(
                "merging " + ADAPTERS + " PEFT adapters of ViT-B/16, whole process",
                Workshop.cost(costs.remove("ham")),
                BakeFigures.others(costs) + absent,
                "`./ham merge ADAPTERS/* --out MERGED`");
    }

    static List<String> merge(Workshop workshop, int from, int to, String out) {
        List<String> command = workshop.ham("merge");
        IntStream.range(from, to)
                .mapToObj(i -> workshop.at(FOLDER + "/" + MakeAdapters.name(i)))
                .forEach(command::add);
        command.addAll(List.of("--out", workshop.at(out)));
        return command;
    }
}
