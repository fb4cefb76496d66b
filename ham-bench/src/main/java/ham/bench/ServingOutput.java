package ham.bench;

import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.BenchReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** The folder of a benchmark: {@code bench.json}, {@code bench.csv}, {@code samples.csv} and the page {@code bench.html}. */
public final class ServingOutput {
    /** The file by which the folder is known. */
    public static final String RECORD = "bench.json";

    private ServingOutput() {}

    /** Refuses, before anything is measured, a folder that cannot be written or would replace something else. */
    public static void check(Path folder, boolean force, Collection<Path> inputs) {
        Outputs.checkFolder(folder, force, RECORD, inputs);
    }

    /** Writes the folder, whole or not at all. */
    public static void write(Path folder, boolean force, ServingBenchmark.Outcome outcome) {
        Outputs.folder(folder, force, target -> {
            JsonFiles.write(target.resolve(RECORD), outcome.document().json());
            ServingCsv.results(target.resolve("bench.csv"), outcome.document());
            ServingCsv.samples(target.resolve("samples.csv"), outcome.results());
            Files.writeString(target.resolve("bench.html"), new BenchReport(outcome.document()).html());
        });
    }
}
