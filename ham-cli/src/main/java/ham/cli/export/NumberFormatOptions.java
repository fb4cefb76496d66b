package ham.cli.export;

import ham.cli.console.Console;
import ham.cli.console.Usage;
import ham.cli.run.BadImageOption;
import ham.export.ExportRequest;
import ham.export.OnnxSummary;
import ham.export.parity.ParityInputs;
import ham.export.precision.Calibration;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.precision.RangeMethod;
import ham.job.export.CalibrationImages;
import ham.job.export.Exported;
import ham.job.export.FormatAccuracy;
import ham.merge.InputException;
import ham.train.data.Dataset;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** In which numbers, for whom, and of how many tokens {@code export} builds a graph. */
final class NumberFormatOptions {
    /** Real images that forms are compared on where there are some. */
    private static final int PARITY_IMAGES = 64;

    private static final int CALIBRATION_IMAGES = 128;

    private static final String FASTEST = "fastest";

    @Mixin
    private BadImageOption badImages;

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "With a checkpoint: fp32, fp16 or int8; the classifier stays float32 (default: fp32).")
    private String precision;

    @Option(
            names = "--flavor",
            paramLabel = "FOR",
            description =
                    "With a checkpoint: standard, operators of the ONNX standard only; ort, some of ONNX Runtime's own; or"
                            + " fastest, what takes the least time in the ONNX Runtime of this machine, by measuring"
                            + " (default: standard).")
    private String flavor;

    @Option(
            names = "--calibrate",
            paramLabel = "SPEC",
            description =
                    "int8: fix the ranges of activations by the training images of this data folder, or by the images"
                            + " of a plain folder (default: ranges are measured at every run).")
    private Path calibrate;

    @Option(
            names = "--calibration-images",
            paramLabel = "N",
            description = "Most images of --calibrate, spread evenly (default: 128).")
    private Integer calibrationImages;

    @Option(
            names = "--calibration",
            paramLabel = "HOW",
            description = "Ranges of --calibrate: minmax, or percentile, which cuts off 0.01 %% of the values on either"
                    + " side (default: minmax).")
    private String method;

    @Option(
            names = "--float-layers",
            paramLabel = "REGEX",
            description = "int8: linear layers of which this finds a part of the name stay float32.")
    private String floatLayers;

    @Option(
            names = "--merge-tokens",
            paramLabel = "R",
            defaultValue = "0",
            description =
                    "With a ViT's checkpoint: behind attention of every block, merge the R patches that are most like"
                            + " others into these (ToMe, arXiv 2210.09461): fewer tokens, other answers; with --flavor fastest only"
                            + " where that is faster (default: ${DEFAULT-VALUE}).")
    private int mergeTokens;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            description =
                    "Data folder on whose test images fp16, int8 or a model of merged tokens is compared with fp32.")
    private Path data;

    /** Refuses other numbers than float32 for packages of tasks. */
    void requirePlain(CommandSpec spec) {
        if (buildsOnly() || precision != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--precision, --flavor, --calibrate, --calibration, --calibration-images, --float-layers, --merge-tokens and"
                            + " --data: expected the merged model, found a"
                            + " --package of tasks, whose models are float32");
        }
    }

    private boolean buildsOnly() {
        return flavor != null
                || calibrate != null
                || method != null
                || calibrationImages != null
                || floatLayers != null
                || data != null
                || mergeTokens != 0;
    }

    /** Refuses what only building can do, for a graph that exists. */
    void requireGraphsOwn(CommandSpec spec, Path model) {
        if (buildsOnly()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--flavor, --calibrate, --calibration, --calibration-images, --float-layers, --merge-tokens and --data:"
                            + " expected a checkpoint as --base, found the model "
                            + model + "; build from the checkpoint's folder");
        }
        if (precision == null) {
            return;
        }
        Precision wanted = precision(spec);
        Precision own = OnnxSummary.of(model).dtypes().containsKey("float16") ? Precision.FP16 : Precision.FP32;
        if (wanted != own) {
            throw new InputException(
                    model,
                    "--precision " + wanted.optionName() + ": expected the model's own format, found "
                            + own.optionName() + "; give the checkpoint's folder as --base to build another");
        }
    }

    /** Whether the flavor is found by measuring. */
    boolean fastest() {
        return FASTEST.equals(flavor);
    }

    /** The request in these numbers; compared on real images where there are some and no others were asked for. */
    ExportRequest apply(CommandSpec spec, ExportRequest request) {
        ExportRequest formatted = request.toBuilder()
                .optFormat(format(spec, request))
                .optMergeTokens(mergeTokens)
                .build();
        if (request.inputs().isPresent()) {
            return formatted;
        }
        if (data != null) {
            Dataset dataset = badImages.test(spec, data);
            return formatted.toBuilder()
                    .optInputs(CalibrationImages.of(dataset.testImages(), PARITY_IMAGES, data, request.preprocessing()))
                    .build();
        }
        return formatted.format().calibration().isEmpty()
                ? formatted
                : formatted.toBuilder()
                        .optInputs(calibration(spec, calibrate, Math.min(calibrationImages(), PARITY_IMAGES), request))
                        .build();
    }

    private ParityInputs calibration(CommandSpec spec, Path folder, int most, ExportRequest request) {
        return CalibrationImages.open(
                folder,
                most,
                request.preprocessing(),
                badImages.rule(spec),
                fault -> BadImageOption.skipped(spec, fault));
    }

    /** Before any image is read. */
    private void requireInteger(CommandSpec spec, Precision numbers) {
        if (numbers != Precision.INT8 && (calibrate != null || floatLayers != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--calibrate and --float-layers: expected --precision int8, found --precision "
                            + numbers.optionName());
        }
        if (calibrate == null && (method != null || calibrationImages != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (method != null ? "--calibration" : "--calibration-images")
                            + ": expected images to calibrate on, found none; give --calibrate");
        }
    }

    private int calibrationImages() {
        return calibrationImages == null ? CALIBRATION_IMAGES : calibrationImages;
    }

    private NumberFormat format(CommandSpec spec, ExportRequest request) {
        Flavor chosen = flavor == null || fastest() ? Flavor.STANDARD : flavor(spec);
        RangeMethod ranges = method == null
                ? RangeMethod.MINMAX
                : Usage.choose(spec, "--calibration", method, RangeMethod.values(), RangeMethod::optionName);
        if (calibrationImages() < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--calibration-images: expected 1 or more, found " + calibrationImages);
        }
        Precision numbers = precision(spec);
        requireInteger(spec, numbers);
        Optional<Pattern> exceptions = Optional.ofNullable(floatLayers).map(text -> pattern(spec, text));
        Optional<Calibration> calibration = Optional.ofNullable(calibrate)
                .map(folder -> new Calibration(calibration(spec, folder, calibrationImages(), request), ranges));
        return new NumberFormat(numbers, chosen, exceptions, calibration);
    }

    private Flavor flavor(CommandSpec spec) {
        try {
            return Usage.choose(spec, "--flavor", flavor, Flavor.values(), Flavor::optionName);
        } catch (ParameterException e) {
            throw new ParameterException(
                    spec.commandLine(), "--flavor: expected one of standard, ort, fastest, found '" + flavor + "'", e);
        }
    }

    private Precision precision(CommandSpec spec) {
        return precision == null
                ? Precision.FP32
                : Usage.choose(spec, "--precision", precision, Precision.values(), Precision::optionName);
    }

    private static Pattern pattern(CommandSpec spec, String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--float-layers: expected a regular expression, found '" + text + "' (" + e.getDescription() + ")",
                    e);
        }
    }

    /**
     * Accuracy of the written file beside that of the same model in float32, where test images were given.
     *
     * @param written the form that was chosen, which the request leaves open where the fastest was asked for
     */
    Optional<FormatAccuracy> accuracy(Console console, ExportRequest request, Exported written) {
        return Optional.ofNullable(data)
                .map(folder -> FormatAccuracy.of(
                        written.chosen(request), badImages.test(console.spec(), folder), console.listener()));
    }
}
