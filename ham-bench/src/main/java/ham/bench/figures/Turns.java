package ham.bench.figures;

import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Commands in turns, so that a slow minute of the machine meets all of them; one round before those that count. */
final class Turns {
    private final int rounds;
    private final Path log;

    Turns(int rounds, Path log) {
        this.rounds = rounds;
        this.log = log;
    }

    /** Medians by name; what the last round wrote is left. */
    Map<String, ProcessCost> medians(List<Competitor> competitors) throws IOException, InterruptedException {
        Map<String, ProcessCost> medians = new LinkedHashMap<>();
        run(competitors).forEach((name, all) -> medians.put(name, ProcessCost.median(all)));
        return medians;
    }

    /** What every round took by name, each round beginning with another command. */
    Map<String, List<ProcessCost>> run(List<Competitor> competitors) throws IOException, InterruptedException {
        Map<String, List<ProcessCost>> costs = new LinkedHashMap<>();
        competitors.forEach(each -> costs.put(each.name(), new ArrayList<>()));
        for (int round = -1; round < rounds; round++) {
            for (int turn = 0; turn < competitors.size(); turn++) {
                Competitor each = competitors.get(Math.floorMod(round + turn, competitors.size()));
                if (Files.exists(each.output())) {
                    Outputs.deleteTree(each.output());
                }
                ProcessCost cost = MeasuredProcess.run(each.command(), log);
                if (round >= 0) {
                    costs.get(each.name()).add(cost);
                }
            }
        }
        return costs;
    }
}
