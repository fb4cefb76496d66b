package ham.job.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.bench.latency.InterleavedMeasurement;
import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import ham.common.ArgMax;
import ham.common.HamException;
import ham.export.ModelVariant;
import ham.export.parity.ParityInputs;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.job.tune.TuneReport.Entry;
import ham.job.work.TemporaryFolder;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalDouble;

/**
 * Writes the form of a model that runs fastest in the ONNX Runtime at hand: the model as it is, with ONNX Runtime's own operators, as ONNX Runtime
 * itself rewrites it, and in int8 and with merged tokens where that is wanted. All are open at once and take turns; a form that answers otherwise does not win.
 */
public final class Tuning {
    /** Metadata of the file that is written: the {@link TuneReport} as JSON. */
    public static final String METADATA_KEY = "ham.tuned";

    static final String AS_IS = "as-is";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final int PER_TURN = 3;
    private static final int ROUNDS = 400;
    private static final int WARM_UPS = 2;
    /** What is not faster by this much is noise, and the plainer form wins. */
    private static final double WORTH = 0.01;

    private static final double TOLERANCE = 1e-3;
    private static final int COMPARED = 16;

    private final TuneRequest request;
    private final List<Form> forms = new ArrayList<>();

    private Tuning(TuneRequest request) {
        this.request = request;
    }

    /** A candidate on disk, and what is known of it. */
    private static final class Form {
        private final String name;
        private final Path file;
        /** Whether it may answer a little otherwise, as long as the most probable classes are the same. */
        private final boolean classes;

        private OnnxModel model;
        private OptionalDouble agreement = OptionalDouble.empty();
        private String leftOut = "";

        Form(String name, Path file, boolean classes) {
            this.name = name;
            this.file = file;
            this.classes = classes;
        }
    }

    /**
     * Builds, measures, and writes {@code request.output()}.
     *
     * @throws InputException if the model cannot be read, has external data, or the output exists
     */
    public static TuneReport run(TuneRequest request) {
        Outputs.checkFile(request.output(), request.force(), List.of(request.model()));
        prepare(request.threads());
        try (TemporaryFolder folder = new TemporaryFolder()) {
            return new Tuning(request).run(folder.path());
        } catch (IOException e) {
            throw InputException.unwritable(request.output(), e);
        }
    }

    /**
     * To be called before any session is open: with a pool of threads a session, those of the form that ran before would spin beside the next one.
     *
     * @param threads that share an operator; 0 for one a physical core
     */
    public static void prepare(int threads) {
        OnnxRuntime.shareThreads(threads);
    }

    private TuneReport run(Path folder) throws IOException {
        try {
            return measured(folder);
        } finally {
            forms.stream().filter(each -> each.model != null).forEach(each -> each.model.close());
        }
    }

    private TuneReport measured(Path folder) throws IOException {
        SessionSettings settings = new SessionSettings(request.threads());
        Form plain = new Form(AS_IS, request.model(), false);
        plain.model = OnnxModel.open(request.model(), settings);
        forms.add(plain);
        request.others().forEach((name, file) -> forms.add(new Form(name, file, true)));
        if (request.others().isEmpty()) {
            add(folder, "ort", false, file -> variant(Precision.FP32, Flavor.ORT, 0, file));
        }
        add(folder, "optimized", false, file -> {
            OnnxModel.writeOptimized(request.model(), settings, file);
            return true;
        });
        if (request.int8()) {
            both(folder, "int8", Precision.INT8, 0);
        }
        if (request.mergeTokens() > 0) {
            both(folder, "tokens", Precision.FP32, request.mergeTokens());
        }
        if (request.int8() && request.mergeTokens() > 0) {
            both(folder, "int8-tokens", Precision.INT8, request.mergeTokens());
        }
        for (Form form : forms.subList(1, forms.size())) {
            if (form.leftOut.isEmpty()) {
                open(form, plain, settings);
            }
        }
        List<Form> live = forms.stream().filter(each -> each.leftOut.isEmpty()).toList();
        List<Measured> results = measure(live);
        Form best = best(live, results);
        TuneReport report = report(best, live, results);
        String json = json(report);
        Outputs.file(
                request.output(), request.force(), file -> ModelVariant.describe(best.file, METADATA_KEY, json, file));
        return report;
    }

    /** Writes a form; false where that is the model itself. */
    private interface Writing {
        boolean to(Path file) throws IOException;
    }

    private boolean variant(Precision precision, Flavor flavor, int mergeTokens, Path file) throws IOException {
        return ModelVariant.write(request.model(), NumberFormat.of(precision, flavor), mergeTokens, file);
    }

    private void both(Path folder, String name, Precision precision, int mergeTokens) throws IOException {
        add(folder, name, true, file -> variant(precision, Flavor.STANDARD, mergeTokens, file));
        add(folder, name + "-ort", true, file -> variant(precision, Flavor.ORT, mergeTokens, file));
    }

    private void add(Path folder, String name, boolean classes, Writing writing) throws IOException {
        Form form = new Form(name, folder.resolve(name + ".onnx"), classes);
        forms.add(form);
        try {
            if (!writing.to(form.file)) {
                form.leftOut = "is the model as it is";
            }
        } catch (HamException | IllegalArgumentException | NoSuchElementException e) {
            form.leftOut = "cannot be made: " + e.getMessage();
        }
    }

    /** Opens a form and compares it with the plain one. */
    private void open(Form form, Form plain, SessionSettings settings) {
        try {
            form.model = OnnxModel.open(form.file, settings);
            double agreement = agreement(form.classes, plain.model, form.model);
            form.agreement = OptionalDouble.of(agreement);
            double least = form.classes ? 1 - request.bound() : 1;
            if (agreement < least) {
                form.leftOut = "answers otherwise: agreement " + agreement + ", expected at least " + least;
            }
        } catch (HamException e) {
            form.leftOut = "does not run here: " + e.getMessage();
        }
    }

    /** Of classes: part of rows of the same most probable class; else 1 where all values are as good as equal, and 0 otherwise. */
    private double agreement(boolean classes, OnnxModel plain, OnnxModel other) {
        int rows = 0;
        int same = 0;
        for (Map<String, Tensor> inputs : compared(plain.inputs())) {
            Map<String, Tensor> expected = plain.run(inputs);
            Map<String, Tensor> found = other.run(inputs);
            for (Map.Entry<String, Tensor> output : expected.entrySet()) {
                if (output.getValue().type() != ElementType.FLOAT32) {
                    continue;
                }
                float[] wanted = output.getValue().floats();
                float[] given = found.get(output.getKey()).floats();
                if (classes) {
                    int size = Math.toIntExact(
                            output.getValue().shape().isEmpty()
                                    ? 1
                                    : output.getValue()
                                            .shape()
                                            .get(output.getValue().shape().size() - 1));
                    for (int from = 0; from < wanted.length; from += size) {
                        rows++;
                        same += ArgMax.of(wanted, from, size) == ArgMax.of(given, from, size) ? 1 : 0;
                    }
                    break;
                }
                rows++;
                same += close(wanted, given) ? 1 : 0;
            }
        }
        return rows == 0 ? 1 : (double) same / rows;
    }

    private static boolean close(float[] wanted, float[] given) {
        float largest = 0;
        for (float each : wanted) {
            largest = Math.max(largest, Math.abs(each));
        }
        for (int i = 0; i < wanted.length; i++) {
            if (!(Math.abs(wanted[i] - given[i]) <= TOLERANCE * Math.max(1, largest))) {
                return false;
            }
        }
        return true;
    }

    private List<Map<String, Tensor>> compared(List<TensorSpec> specs) {
        List<Map<String, Tensor>> all = new ArrayList<>();
        if (request.images().isPresent()) {
            List<Long> shape = specs.get(0).shape();
            ParityInputs images = ParityInputs.read(
                    request.images().get(),
                    shape.get(1).intValue(),
                    shape.get(2).intValue(),
                    shape.get(3).intValue());
            for (int i = 0; i < images.samples(); i++) {
                all.add(Map.of(
                        specs.get(0).name(),
                        Tensor.of(images.range(i, i + 1), 1, shape.get(1), shape.get(2), shape.get(3))));
            }
            return all;
        }
        for (int length : request.lengths()) {
            for (int i = 0; i < COMPARED; i++) {
                all.add(TuneInputs.random(specs, 1, length, i));
            }
        }
        return all;
    }

    private List<Measured> measure(List<Form> live) {
        List<Map<String, Tensor>> inputs = request.lengths().stream()
                .limit(TuneInputs.hasLength(live.get(0).model.inputs()) ? Long.MAX_VALUE : 1)
                .map(length -> TuneInputs.random(live.get(0).model.inputs(), request.batch(), length, 1))
                .toList();
        List<TimedAction> candidates = live.stream()
                .map(form -> new TimedAction(form.name, () -> inputs.forEach(form.model::run)))
                .toList();
        return new InterleavedMeasurement(
                        WARM_UPS, ROUNDS, PER_TURN, PAUSE, Duration.ofNanos((long) (request.seconds() * 1e9)))
                .measure(candidates);
    }

    /** Median of the quotients of runs of the same turn: what slows the whole machine down slows both. */
    private static double times(Measured plain, Measured other) {
        double[] quotients = new double[plain.samplesNs().length];
        for (int i = 0; i < quotients.length; i++) {
            quotients[i] = (double) other.samplesNs()[i] / plain.samplesNs()[i];
        }
        Arrays.sort(quotients);
        return quotients[quotients.length / 2];
    }

    private static Form best(List<Form> live, List<Measured> results) {
        int best = 0;
        double least = 1 - WORTH;
        for (int i = 1; i < live.size(); i++) {
            double times = times(results.get(0), results.get(i));
            if (times < least) {
                best = i;
                least = times;
            }
        }
        return live.get(best);
    }

    private TuneReport report(Form best, List<Form> live, List<Measured> results) {
        List<Entry> entries = new ArrayList<>();
        for (Form form : forms) {
            int at = live.indexOf(form);
            entries.add(new Entry(
                    form.name,
                    at < 0 ? null : results.get(at).latency().p50Ms(),
                    at < 0 ? null : times(results.get(0), results.get(at)),
                    form.agreement.isPresent() ? form.agreement.getAsDouble() : null,
                    form.leftOut));
        }
        boolean texts = TuneInputs.hasLength(forms.get(0).model.inputs());
        return new TuneReport(
                best.name,
                "ONNX Runtime " + OnnxRuntime.version(),
                System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors",
                request.batch(),
                texts ? request.lengths() : List.of(),
                request.threads(),
                results.get(0).latency().count() / PER_TURN,
                entries);
    }

    private static String json(TuneReport report) {
        try {
            return JSON.writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
