package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Supplement;
import ham.runtime.image.ImageDecoder;
import ham.runtime.model.Model;
import ham.runtime.tensorrt.TensorRtEngines;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
        System.exit(run(utf8(FileDescriptor.out), utf8(FileDescriptor.err), typed));
    }

    /** JSON is UTF-8, and so is all that is printed here, whatever the locale: containers, cron and systemd have none. */
    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Runs with its results on {@code out} and errors, one line each, on {@code err}; gives the exit code. */
    static int run(PrintStream out, PrintStream err, String... typed) {
        List<String> words = List.of(typed);
        int code = DONE;
        try {
            code = answer(words, typed, out, err);
        } catch (UsageException e) {
            code = wrong(err, e.getMessage());
        } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
            if (e instanceof ModelException known && known.parameter().isPresent()) {
                return wrong(err, "--" + known.getMessage());
            }
            err.println("ham-runtime: " + sentence(e));
            if (words.contains("--debug")) {
                e.printStackTrace(err);
            }
            code = FAILED;
        }
        if (out.checkError() && code == DONE) {
            err.println("ham-runtime: standard output: cannot be written (a full disk, or nobody reads it)");
            code = FAILED;
        }
        return code;
    }

    private static int wrong(PrintStream err, String sentence) {
        err.println("ham-runtime: " + sentence + "; --help shows the options");
        return WRONG_USAGE;
    }

    private static int answer(List<String> words, String[] typed, PrintStream out, PrintStream err) {
        if (words.contains("--help")) {
            out.println(Arguments.USAGE);
            return DONE;
        }
        if (words.contains("--version")) {
            out.println("ham-runtime " + version() + ", ONNX Runtime " + OnnxRuntime.version());
            return DONE;
        }
        Arguments arguments = Arguments.parse(typed);
        ModelOpener opener = new ModelOpener(arguments.backend(), arguments.threads());
        ImageAnswers answers = classify(arguments, opener, err);
        String text = arguments.json() ? answers.json().toPrettyString() : answers.text();
        if (!text.isEmpty()) {
            out.println(text);
        }
        for (String problem : answers.problems()) {
            err.println("ham-runtime: " + oneLine(problem));
        }
        return answers.problems().isEmpty() ? DONE : FAILED;
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String sentence(Throwable failure) {
        String told = oneLine(String.valueOf(failure instanceof ModelException ? failure.getMessage() : failure));
        if (failure instanceof ModelException) {
            return told;
        }
        return failure instanceof OutOfMemoryError
                ? "ran out of memory (" + failure.getMessage() + "); raise -Xmx, or use a smaller image or model"
                : "a fault in ham-runtime itself (" + told + "); run again with --debug and report what it prints";
    }

    private static ImageAnswers classify(Arguments arguments, ModelOpener opener, PrintStream err) {
        Supplement supplement = arguments.supplement();
        Thread early = new Thread(ImageDecoder::load, "early");
        early.setDaemon(true);
        early.start();
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
