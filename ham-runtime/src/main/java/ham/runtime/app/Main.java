package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.Classifier;
import ham.runtime.model.Model;
import ham.runtime.model.Supplement;
import ham.runtime.tensorrt.TensorRtEngines;
import java.io.PrintStream;
import java.util.List;

/** {@code java -jar ham-runtime.jar}. Exit codes: 0 done, 1 a file or a run failed, 2 wrong options. */
public final class Main {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    private Main() {}

    /** Runs and ends the JVM. */
    public static void main(String[] typed) {
        NativeCache.use();
        System.exit(run(System.out, System.err, typed));
    }

    /** Runs with its results on {@code out} and errors, one line each, on {@code err}; gives the exit code. */
    static int run(PrintStream out, PrintStream err, String... typed) {
        List<String> words = List.of(typed);
        if (words.contains("--help")) {
            out.println(Arguments.USAGE);
            return DONE;
        }
        if (words.contains("--version")) {
            out.println("ham-runtime " + version() + ", ONNX Runtime " + OnnxRuntime.version());
            return DONE;
        }
        try {
            Arguments arguments = Arguments.parse(typed);
            ModelOpener opener = new ModelOpener(arguments.backend(), arguments.threads());
            ImageAnswers answers = classify(arguments, opener, err);
            out.println(arguments.json() ? answers.json().toPrettyString() : answers.text());
            return DONE;
        } catch (UsageException e) {
            err.println("ham-runtime: " + e.getMessage() + "; --help shows the options");
            return WRONG_USAGE;
        } catch (ModelException e) {
            err.println("ham-runtime: " + e.getMessage());
            if (words.contains("--debug")) {
                e.printStackTrace(err);
            }
            return FAILED;
        }
    }

    private static ImageAnswers classify(Arguments arguments, ModelOpener opener, PrintStream err) {
        Supplement supplement = arguments.supplement();
        Model model = opener.open(arguments.model(), tensorRt(err), err::println);
        try (Classifier classifier = Classifier.of(model, supplement)) {
            return ImageAnswers.of(classifier, arguments.images(), arguments.top());
        }
    }

    private static TensorRtEngines tensorRt(PrintStream err) {
        return new TensorRtEngines(
                (stage, elapsed) -> {
                    if (elapsed.isZero()) {
                        err.println(stage);
                    }
                },
                warning -> err.println("TensorRT: " + warning));
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "of the sources" : version;
    }
}
