package ham.bench.figures;

import ham.bench.program.MakeAdapters;
import ham.merge.io.Outputs;
import ham.merge.plan.MergeMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Times merges of random adapters (ViT-B/16, rank 16, query and value) by every method as whole processes, from the start of {@code ./ham} to the files written,
 * beside a plain copy of the adapters; in turns, each round in another order. Prints a table in Markdown: medians of seconds and of processor seconds,
 * the most that was resident, and ratios to {@code cat} and to the copy. Linux only.
 *
 * <pre>java -cp "ham-cli/target/lib/*" ham.bench.figures.MergeMethods ./ham [METHOD...]</pre>
 *
 * <p>Without METHOD all are timed but {@code regmean}, which needs statistics of images. System properties: {@code rounds} (5), {@code adapters} (50), {@code blocks}
 * (12), {@code width} (768), {@code rank} (16), {@code limit} (120): seconds after which a merge is ended and said to take longer, so that all of it ends within
 * {@code (rounds + 1) * limit} a method. On a machine that others use, processor seconds are steadier.
 */
public final class MergeMethods {
    private static final String COPY = "a copy of the files";
    private static final double MB = 1e6;
    private static final int LIMIT = Integer.getInteger("limit", 120);
    private final Path adapters;
    private final Path out;

    private MergeMethods(Path folder) {
        adapters = folder.resolve("adapters");
        out = folder.resolve("out");
    }

    /** Measures. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> methods = arguments.length > 1
                ? Arrays.asList(arguments).subList(1, arguments.length)
                : Arrays.stream(MergeMethod.values())
                        .filter(each -> each != MergeMethod.REGMEAN)
                        .map(MergeMethod::optionName)
                        .toList();
        Path folder = Files.createTempDirectory("ham-figures-");
        try {
            System.out.print(new MergeMethods(folder)
                    .table(
                            arguments[0],
                            methods,
                            new Turns(
                                    Integer.getInteger("rounds", 5),
                                    folder.resolve("log.txt"),
                                    Duration.ofSeconds(LIMIT)),
                            Integer.getInteger("adapters", 50),
                            Integer.getInteger("blocks", 12),
                            Integer.getInteger("width", 768),
                            Integer.getInteger("rank", 16)));
        } finally {
            Outputs.deleteTree(folder);
        }
    }

    private String table(String ham, List<String> methods, Turns turns, int count, int blocks, int width, int rank)
            throws IOException, InterruptedException {
        MakeAdapters.main(Stream.of(adapters, count, blocks, width, rank)
                .map(String::valueOf)
                .toArray(String[]::new));
        Map<String, List<ProcessCost>> runs = turns.run(ways(ham, methods));
        return String.format(
                        Locale.ROOT,
                        "%d adapters of %d blocks, width %d, rank %d; %d rounds, %d cores%n%n"
                                + "| | seconds | to cat | to copy | processor seconds | to cat | resident |%n"
                                + "|---|---|---|---|---|---|---|%n",
                        count,
                        blocks,
                        width,
                        rank,
                        runs.get(COPY).size(),
                        Runtime.getRuntime().availableProcessors())
                + rows(runs);
    }

    private List<Competitor> ways(String ham, List<String> methods) throws IOException {
        List<String> paths;
        try (Stream<Path> all = Files.list(adapters)) {
            paths = all.map(Path::toString).sorted().toList();
        }
        List<Competitor> ways = new ArrayList<>();
        ways.add(new Competitor(COPY, List.of("cp", "-r", adapters.toString(), out.toString()), out));
        for (String method : methods) {
            List<String> command = new ArrayList<>(List.of(ham, "merge"));
            command.addAll(paths);
            command.addAll(List.of("--out", out.toString(), "--method", method));
            ways.add(new Competitor(method, command, out));
        }
        return ways;
    }

    private static String rows(Map<String, List<ProcessCost>> runs) {
        ProcessCost copy = ProcessCost.median(runs.get(COPY));
        List<ProcessCost> ofCat = runs.getOrDefault("cat", List.of());
        ProcessCost cat = ofCat.isEmpty() ? copy : ProcessCost.median(ofCat);
        StringBuilder rows = new StringBuilder();
        runs.forEach((name, all) -> {
            if (all.isEmpty()) {
                rows.append(String.format(
                        Locale.ROOT,
                        "| %s | above %d | above %.2f | above %.2f | | | |%n",
                        name,
                        LIMIT,
                        LIMIT / cat.seconds(),
                        LIMIT / copy.seconds()));
                return;
            }
            ProcessCost median = ProcessCost.median(all);
            rows.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.1f | %.2f | %.2f | %.0f MB |%n",
                    name,
                    median.seconds(),
                    median.seconds() / cat.seconds(),
                    median.seconds() / copy.seconds(),
                    median.processorSeconds(),
                    median.processorSeconds() / cat.processorSeconds(),
                    all.stream().mapToLong(ProcessCost::peakBytes).max().orElse(0) / MB));
        });
        return rows.toString();
    }
}
