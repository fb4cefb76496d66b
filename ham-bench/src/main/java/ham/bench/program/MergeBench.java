package ham.bench.program;

import ham.bench.memory.ChildProcess;
import ham.merge.io.Outputs;
import ham.merge.plan.MergeMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Times merges of 50 random adapters of ViT-B/16 (rank 16, query and value) as whole processes, from the start of {@code ./ham} to the files written, beside a
 * plain copy of the adapters: interleaved, each round in another order. Prints a table in Markdown: medians of seconds and of processor seconds, the largest
 * resident memory, and ratios to {@code cat} and to the copy.
 *
 * <pre>java -cp "ham-cli/target/lib/*" ham.bench.program.MergeBench ./ham [METHOD...]</pre>
 *
 * <p>Without METHOD all are timed but {@code regmean}, which needs statistics of images. System properties: {@code rounds} (5), {@code adapters} (50), {@code blocks} (12), {@code width} (768),
 * {@code rank} (16), {@code folder} (a temporary one, deleted in the end; adapters that lie in a given one are used again). On a machine that others use processor seconds are steadier. Linux only.
 */
public final class MergeBench {
    private static final String COPY = "copy";
    private static final double MEGA = 1e6;

    private record Way(String name, List<String> command) {}

    private MergeBench() {}

    /** Measures. */
    public static void main(String[] arguments) throws IOException {
        String given = System.getProperty("folder");
        Path folder = given == null ? Files.createTempDirectory("ham-bench-") : Path.of(given);
        try {
            measure(folder, List.of(arguments));
        } finally {
            if (given == null) {
                Outputs.deleteTree(folder);
            }
        }
    }

    private static void measure(Path folder, List<String> arguments) throws IOException {
        int count = Integer.getInteger("adapters", 50);
        int blocks = Integer.getInteger("blocks", 12);
        int width = Integer.getInteger("width", 768);
        int rank = Integer.getInteger("rank", 16);
        Path made = folder.resolve("adapters");
        if (!Files.exists(made)) {
            MakeAdapters.main(Stream.of(made, count, blocks, width, rank)
                    .map(String::valueOf)
                    .toArray(String[]::new));
        }
        List<Way> ways = ways(arguments, made, folder.resolve("out"));
        int rounds = Integer.getInteger("rounds", 5);
        ChildProcess.Usage[][] usages = new ChildProcess.Usage[ways.size()][rounds];
        for (int round = -1; round < rounds; round++) { // the first fills the file cache and makes the class archive
            for (int turn = 0; turn < ways.size(); turn++) {
                int index = Math.floorMod(round + turn, ways.size());
                Outputs.deleteTree(folder.resolve("out"));
                ChildProcess.Usage usage = ChildProcess.run(ways.get(index).command());
                if (round >= 0) {
                    usages[index][round] = usage;
                }
            }
        }
        Outputs.deleteTree(folder.resolve("out"));
        print(ways, usages, "%d adapters of %d blocks, width %d, rank %d (%.0f MB), %d rounds, %d cores"
                .formatted(count, blocks, width, rank, megabytes(made), rounds, Runtime.getRuntime()
                        .availableProcessors()));
    }

    private static List<Way> ways(List<String> arguments, Path made, Path out) throws IOException {
        List<String> methods = arguments.size() > 1
                ? arguments.subList(1, arguments.size())
                : Arrays.stream(MergeMethod.values())
                        .filter(each -> each != MergeMethod.REGMEAN)
                        .map(MergeMethod::optionName)
                        .toList();
        List<String> adapters;
        try (Stream<Path> all = Files.list(made)) {
            adapters = all.map(Path::toString).sorted().toList();
        }
        List<Way> ways = new ArrayList<>();
        ways.add(new Way(COPY, List.of("cp", "-r", made.toString(), out.toString())));
        for (String method : methods) {
            List<String> command = new ArrayList<>(List.of(arguments.get(0), "merge"));
            command.addAll(adapters);
            command.addAll(List.of("--out", out.toString(), "--method", method));
            ways.add(new Way(method, command));
        }
        return ways;
    }

    private static double megabytes(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                            .mapToLong(each -> each.toFile().length())
                            .sum()
                    / MEGA;
        }
    }

    private static void print(List<Way> ways, ChildProcess.Usage[][] usages, String what) {
        double[] seconds = medians(usages, false);
        double[] cpu = medians(usages, true);
        int cat = Math.max(0, ways.stream().map(Way::name).toList().indexOf("cat"));
        System.out.printf(
                Locale.ROOT,
                "%s%n%n| | seconds | to cat | to copy | processor s | to cat | resident MB |%n|---|---|---|---|---|---|---|%n",
                what);
        for (int i = 0; i < ways.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.1f | %.2f | %.2f | %.0f |%n",
                    ways.get(i).name(),
                    seconds[i],
                    seconds[i] / seconds[cat],
                    seconds[i] / seconds[0],
                    cpu[i],
                    cpu[i] / cpu[cat],
                    Arrays.stream(usages[i])
                                    .mapToLong(ChildProcess.Usage::residentBytes)
                                    .max()
                                    .orElse(0)
                            / MEGA);
        }
    }

    private static double[] medians(ChildProcess.Usage[][] usages, boolean cpu) {
        return Arrays.stream(usages)
                .mapToDouble(each -> Arrays.stream(each)
                        .mapToDouble(usage -> cpu ? usage.processorSeconds() : usage.seconds())
                        .sorted()
                        .toArray()[each.length / 2])
                .toArray();
    }
}
