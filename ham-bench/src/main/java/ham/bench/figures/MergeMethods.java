package ham.bench.figures;

import ham.bench.program.MakeAdapters;
import ham.merge.io.Outputs;
import ham.merge.plan.MergeMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Times merges of random adapters (ViT-B/16, rank 16, query and value) by every method as whole processes, from the start of {@code ./ham} to the files written,
 * beside a plain copy of the adapters; in turns, each round in another order. Prints a table in Markdown: medians of seconds and of processor seconds,
 * the most that was resident, and ratios to {@code cat} and to the copy. Linux only.
 *
 * <pre>java -cp "ham-cli/target/lib/*" ham.bench.figures.MergeMethods ./ham [METHOD...]</pre>
 *
 * <p>Without METHOD all are timed but {@code regmean}, which needs statistics of images. System properties: {@code rounds} (5), {@code adapters} (50), {@code blocks}
 * (12), {@code width} (768), {@code rank} (16). On a machine that others use, processor seconds are steadier.
 */
public final class MergeMethods {
    private static final String COPY = "a copy of the files";
    private static final double MB = 1e6;
    /** Where the ticks of children that ended stand in {@code /proc/self/stat}, counted after the name in brackets. */
    private static final int CHILDREN = 13;

    private static final double TICKS = 100;

    private final Path folder;
    private final Path adapters;
    private final Path out;

    /** What one run took. */
    private record Run(ProcessCost cost, double processorSeconds) {}

    private record Way(String name, List<String> command, List<Run> runs) {
        double median(ToDoubleFunction<Run> of) {
            return runs.stream().mapToDouble(of).sorted().toArray()[runs.size() / 2];
        }

        double seconds() {
            return median(run -> run.cost().seconds());
        }

        double processorSeconds() {
            return median(Run::processorSeconds);
        }
    }

    private MergeMethods(Path folder) {
        this.folder = folder;
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
                            Integer.getInteger("rounds", 5),
                            Integer.getInteger("adapters", 50),
                            Integer.getInteger("blocks", 12),
                            Integer.getInteger("width", 768),
                            Integer.getInteger("rank", 16)));
        } finally {
            Outputs.deleteTree(folder);
        }
    }

    private String table(String ham, List<String> methods, int rounds, int count, int blocks, int width, int rank)
            throws IOException, InterruptedException {
        MakeAdapters.main(Stream.of(adapters, count, blocks, width, rank)
                .map(String::valueOf)
                .toArray(String[]::new));
        List<Way> ways = ways(ham, methods);
        for (int round = -1; round < rounds; round++) { // the first fills the file cache and makes the class archive
            for (int turn = 0; turn < ways.size(); turn++) {
                Way way = ways.get(Math.floorMod(round + turn, ways.size()));
                Outputs.deleteTree(out);
                double before = ticks();
                ProcessCost cost = MeasuredProcess.run(way.command(), folder.resolve("log.txt"));
                if (round >= 0) {
                    way.runs().add(new Run(cost, (ticks() - before) / TICKS));
                }
            }
        }
        return String.format(
                        Locale.ROOT,
                        "%d adapters of %d blocks, width %d, rank %d; %d rounds, %d cores%n%n"
                                + "| | seconds | to cat | to copy | processor seconds | to cat | resident |%n"
                                + "|---|---|---|---|---|---|---|%n",
                        count,
                        blocks,
                        width,
                        rank,
                        rounds,
                        Runtime.getRuntime().availableProcessors())
                + rows(ways);
    }

    private List<Way> ways(String ham, List<String> methods) throws IOException {
        List<String> paths;
        try (Stream<Path> all = Files.list(adapters)) {
            paths = all.map(Path::toString).sorted().toList();
        }
        List<Way> ways = new ArrayList<>();
        ways.add(new Way(COPY, List.of("cp", "-r", adapters.toString(), out.toString()), new ArrayList<>()));
        for (String method : methods) {
            List<String> command = new ArrayList<>(List.of(ham, "merge"));
            command.addAll(paths);
            command.addAll(List.of("--out", out.toString(), "--method", method));
            ways.add(new Way(method, command, new ArrayList<>()));
        }
        return ways;
    }

    private static String rows(List<Way> ways) {
        Way copy = ways.get(0);
        Way cat = ways.stream()
                .filter(way -> way.name().equals("cat"))
                .findFirst()
                .orElse(copy);
        StringBuilder rows = new StringBuilder();
        for (Way way : ways) {
            rows.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.1f | %.2f | %.2f | %.0f MB |%n",
                    way.name(),
                    way.seconds(),
                    way.seconds() / cat.seconds(),
                    way.seconds() / copy.seconds(),
                    way.processorSeconds(),
                    way.processorSeconds() / cat.processorSeconds(),
                    way.runs().stream()
                                    .mapToLong(run -> run.cost().peakBytes())
                                    .max()
                                    .orElse(0)
                            / MB));
        }
        return rows.toString();
    }

    private static double ticks() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Double.parseDouble(fields[CHILDREN]) + Double.parseDouble(fields[CHILDREN + 1]);
    }
}
