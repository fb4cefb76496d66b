package ham.bench.figures;

import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Commands in turns, so that a slow minute of the machine meets all of them; one round before those that count. */
final class Turns {
    private final int rounds;
    private final Path log;
    private final Duration limit;

    Turns(int rounds, Path log) {
        this(rounds, log, Duration.ofDays(1));
    }

    /**
     * Prepares turns.
     *
     * @param limit most time that a command may take; one that takes longer is ended, and has no further turn
     */
    Turns(int rounds, Path log, Duration limit) {
        this.rounds = rounds;
        this.log = log;
        this.limit = limit;
    }

    /** Medians by name; what the last round wrote is left. */
    Map<String, ProcessCost> medians(List<Competitor> competitors) throws IOException, InterruptedException {
        Map<String, ProcessCost> medians = new LinkedHashMap<>();
        run(competitors).forEach((name, all) -> medians.put(name, ProcessCost.median(all)));
        return medians;
    }

    /** What every round took by name, each round beginning with another command; nothing of a command that took too long. */
    Map<String, List<ProcessCost>> run(List<Competitor> competitors) throws IOException, InterruptedException {
        Map<String, List<ProcessCost>> costs = new LinkedHashMap<>();
        competitors.forEach(each -> costs.put(each.name(), new ArrayList<>()));
        Set<String> ended = new HashSet<>();
        for (int round = -1; round < rounds; round++) {
            for (int turn = 0; turn < competitors.size(); turn++) {
                Competitor each = competitors.get(Math.floorMod(round + turn, competitors.size()));
                if (ended.contains(each.name())) {
                    continue;
                }
                if (Files.exists(each.output())) {
                    Outputs.deleteTree(each.output());
                }
                Optional<ProcessCost> cost = MeasuredProcess.run(each.command(), log, limit);
                if (cost.isEmpty()) {
                    ended.add(each.name());
                    costs.get(each.name()).clear();
                } else if (round >= 0) {
                    costs.get(each.name()).add(cost.get());
                }
            }
        }
        return costs;
    }
}
