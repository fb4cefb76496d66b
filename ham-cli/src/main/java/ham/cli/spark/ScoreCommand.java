package ham.cli.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.merge.io.JsonFiles;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ham score}: many images on Apache Spark. */
@Command(
        name = "score",
        description =
                "Scores a folder of images or of parquet with an exported model, on Apache Spark: all cores of this"
                        + " machine, or a cluster. An image that cannot be read keeps its row and says why.")
public final class ScoreCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(paramLabel = "MODEL.onnx", description = "A model that ham exported; a path, or what Hadoop can read.")
    private String model;

    @Option(
            names = "--in",
            paramLabel = "FOLDER",
            required = true,
            description =
                    "PNG, JPEG, GIF, BMP, TIFF or PPM images, with subfolders; or parquet with a column of images or tensors.")
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
            description = "Column of the parquet that is scored (default: the only one that can be).")
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
