package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.classify.Labels;
import ham.runtime.classify.Scores;
import ham.runtime.classify.Supplement;
import ham.runtime.preprocess.PreprocessingChoice;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was typed.
 *
 * @param files the model and the images
 * @param top most probable classes to print an image
 * @param json whether one JSON document is printed
 * @param threads threads of one operator, 0 for one a core
 * @param backend what runs the model
 * @param labels file of labels for a model without
 * @param preprocessing file or name of the preprocessing for a model without
 * @param scores what makes scores of the model's numbers; empty for what its file says
 * @param output the output that holds the classes; empty for the one that fits
 * @param debug whether an error shows a stack trace
 */
record Arguments(
        List<Path> files,
        int top,
        boolean json,
        int threads,
        String backend,
        Optional<String> labels,
        Optional<String> preprocessing,
        Optional<String> scores,
        Optional<String> output,
        boolean debug) {
    static final String USAGE =
            """
            Usage: java -jar ham-runtime.jar MODEL.onnx IMAGE... [options]
            Classifies PNG, JPEG, GIF, BMP, TIFF or PPM images; this jar does not read WebP.
              --top K                most probable classes to print an image (default: 5)
              --json                 print one JSON document and nothing else
              --threads N            threads of one operator, 0 for one a physical core (default: 0)
              --backend NAME         onnxruntime-cpu, onnxruntime-cuda, onnxruntime-tensorrt, tensorrt (a native engine),
                                     or auto for the best of the first three that works (default: onnxruntime-cpu)
              --labels FILE          labels for a model that has none: one a line, a JSON array, or a config.json with id2label
              --preprocessing WHAT   preprocessing for a model that has none: a preprocessor_config.json, imagenet or half
              --scores HOW           what makes scores of the model's numbers: softmax, sigmoid, none, or auto for what
                                     the model says (default: auto)
              --output NAME          output of the graph that holds the classes, where it has several
              --debug                print a stack trace with an error
              --version, --help""";

    private static final List<String> VALUED =
            List.of("--top", "--threads", "--backend", "--labels", "--preprocessing", "--scores", "--output");
    private static final List<String> FLAGS = List.of("--json", "--debug", "--help", "--version");

    /** @throws UsageException if an option is unknown, lacks its value or has a wrong one, or files are missing
     * @throws ModelException if the locale cannot hold a file name */
    static Arguments parse(String... typed) {
        List<Path> files = new ArrayList<>();
        int top = 5;
        int threads = 0;
        boolean json = false;
        boolean debug = false;
        String backend = ModelOpener.BY_DEFAULT;
        String labels = null;
        String preprocessing = null;
        String scores = null;
        String output = null;
        for (int i = 0; i < typed.length; i++) {
            int equals = typed[i].startsWith("--") ? typed[i].indexOf('=') : -1;
            String option = equals < 0 ? typed[i] : typed[i].substring(0, equals);
            boolean takesValue = VALUED.contains(option);
            String value = "";
            if (takesValue && equals >= 0) {
                value = typed[i].substring(equals + 1);
            } else if (takesValue) {
                if (++i == typed.length) {
                    throw new UsageException(option + ": expected a value, found none");
                }
                value = typed[i];
            }
            if (equals >= 0 && FLAGS.contains(option)) {
                throw new UsageException(option + ": expected no value, found " + typed[i].substring(equals + 1));
            }
            switch (option) {
                case "--top" -> top = number(option, value, 1);
                case "--threads" -> threads = number(option, value, 0);
                case "--backend" -> backend = value;
                case "--labels" -> labels = value;
                case "--preprocessing" -> preprocessing = value;
                case "--scores" -> scores = value;
                case "--output" -> output = value;
                case "--json" -> json = true;
                case "--debug" -> debug = true;
                default -> files.add(file(typed[i]));
            }
        }
        if (files.size() < 2) {
            throw new UsageException("expected a model and at least one image, found "
                    + (files.isEmpty() ? "none" : "only " + files.get(0)));
        }
        return new Arguments(
                List.copyOf(files),
                top,
                json,
                threads,
                backend,
                Optional.ofNullable(labels),
                Optional.ofNullable(preprocessing),
                Optional.ofNullable(scores).filter(how -> !how.equals("auto")),
                Optional.ofNullable(output),
                debug);
    }

    Path model() {
        return files.get(0);
    }

    List<Path> images() {
        return files.subList(1, files.size());
    }

    /**
     * What the model's file does not say.
     *
     * @throws ModelException if a file is missing or broken
     */
    Supplement supplement() {
        return new Supplement(
                labels.map(name -> Labels.read(file(name))),
                preprocessing.map(PreprocessingChoice::parse),
                scores.map(Scores::ofLabel),
                output);
    }

    private static int number(String option, String value, int least) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException(option + ": expected a whole number of at least " + least + ", found " + value);
    }

    private static Path file(String typed) {
        if (typed.startsWith("-")) {
            throw new UsageException("unknown option " + typed);
        }
        try {
            return Path.of(typed);
        } catch (InvalidPathException e) {
            throw new ModelException(
                    typed + ": expected a file name, found one that the locale of this process ("
                            + System.getProperty("sun.jnu.encoding")
                            + ") cannot hold; set LC_ALL=C.UTF-8 and run again.",
                    e);
        }
    }
}
