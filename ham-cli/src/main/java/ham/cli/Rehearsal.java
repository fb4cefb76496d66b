package ham.cli;

import ham.cli.console.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A small merge, its export into somebody else's graph and an image through that, one after the other in one JVM: what {@code ./ham} lets a JVM
 * do once a build, to archive the classes that these commands load. Ends with the exit code of the first that fails.
 */
final class Rehearsal {
    private static final int ADAPTERS = 6;

    private Rehearsal() {}

    /**
     * Runs the three commands.
     *
     * @param args ham's folder {@code testdata}, and a folder for what is written, which must not exist
     */
    public static void main(String[] args) {
        Path testdata = Path.of(args[0]);
        Path folder = Path.of(args[1]);
        String merged = folder.resolve("merged").toString();
        String model = folder.resolve("model.onnx").toString();
        Stream<String> adapters = IntStream.range(0, ADAPTERS)
                .mapToObj(i ->
                        testdata.resolve("peft-adapters/v4-names/adapter" + i).toString());
        run(Stream.of(Stream.of("merge"), adapters, Stream.of("--out", merged))
                .flatMap(each -> each)
                .toList());
        run(List.of(
                "export",
                "--base",
                testdata.resolve("onnx-exports/hf-sdpa/ts17.onnx").toString(),
                "--weights",
                testdata.resolve("hf-vit-tiny").toString(),
                "--merged",
                merged,
                "--out",
                model,
                "--no-verify"));
        run(List.of("run", model, testdata.resolve("pillow/rgba.png").toString()));
        System.exit(ExitCode.DONE);
    }

    private static void run(List<String> line) {
        String[] args = line.toArray(String[]::new);
        Main.loadEarly(line);
        int exitCode = Main.commandLine(Main.named(args)).execute(args);
        if (exitCode != ExitCode.DONE) {
            System.exit(exitCode);
        }
    }
}
