package ham.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.merge.io.JsonFiles;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham score}: many images or texts on Apache Spark. */
@Command(
        name = "score",
        description =
                "Scores images or texts with an exported model, on Apache Spark: all cores of this machine, or a cluster."
                        + " A row that cannot be scored keeps its place and says why.")
public final class ScoreCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(paramLabel = "MODEL.onnx", description = "A model that ham exported; a path, or what Hadoop can read.")
    private String model;

    @Option(
            names = "--in",
            paramLabel = "INPUT",
            required = true,
            description =
                    "A folder of PNG, JPEG, GIF, BMP, TIFF or PPM images, with subfolders; parquet with a column of images,"
                            + " tensors or texts; or a .csv, .tsv, .jsonl, .json or .txt of texts.")
    private String in;

    @Option(names = "--out", paramLabel = "FOLDER", required = true, description = "The answers, as parquet.")
    private String out;

    @Option(
            names = "--master",
            paramLabel = "URL",
            defaultValue = "local[*]",
            description = "Where: local[N], or spark://HOST:PORT (default: ${DEFAULT-VALUE}).")
    private String master;

    @Option(
            names = "--column",
            paramLabel = "NAME",
            description = "Column that is scored (default: the only one that can be).")
    private String column;

    @Option(
            names = "--top",
            paramLabel = "K",
            defaultValue = "1",
            description = "How many labels a row gets (default: ${DEFAULT-VALUE}).")
    private int top;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Most rows of one run of the model (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of one run; 0 for the cores of a task (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--probabilities", description = "Write also the probabilities of all classes.")
    private boolean all;

    @Option(names = "--features", description = "Write also the model's output 'features'.")
    private boolean features;

    @Option(names = "--force", description = "Replace an output that exists.")
    private boolean force;

    @Override
    public Integer call() {
        ObjectNode request = JsonFiles.object()
                .put("master", master)
                .put("model", model)
                .put("input", in)
                .put("output", out)
                .put("topK", top)
                .put("batchSize", batch)
                .put("threads", threads)
                .put("all", all)
                .put("features", features)
                .put("force", force)
                .put("json", console.json());
        if (column != null) {
            request.put("column", column);
        }
        return SparkProcess.run("score", request);
    }
}
