package ham.job.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import ham.common.HamException;
import ham.export.ModelVariant;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.job.tune.TuneReport.Entry;
import ham.job.work.TemporaryFolder;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.backend.Provider;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    /** Name of the form that ONNX Runtime makes of the first, and its flavor in metadata: it may hold what only this version and this kind of processor know. */
    public static final String OPTIMIZED = "optimized";

    static final String AS_IS = "as-is";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** What is not faster by this much for certain is noise, and the plain form wins. */
    static final double WORTH = 0.01;

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
     * @throws InputException if the model cannot be read, has external data, fixes another batch or length than was asked for, or does not take the inputs
     *     that it is to be compared on, or if the output exists
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
     * @return whether all forms share one pool; false where ONNX Runtime was in use before, so that times are less sure
     */
    public static boolean prepare(int threads) {
        return OnnxRuntime.shareThreads(threads);
    }

    /**
     * Refuses sessions that are not those of the CPU, on which forms are measured.
     *
     * @throws InputException naming the backend
     */
    public static void requireCpu(SessionSettings settings) {
        if (!(settings.provider() instanceof Provider.Cpu)) {
            throw InputException.parameter(
                    "backend",
                    "expected onnxruntime-cpu where the fastest form is measured, which it is on the CPU, found onnxruntime-"
                            + settings.provider().label() + "; choose a flavor by name");
        }
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
        List<TensorSpec> specs = plain.model.inputs();
        TuneSizes sizes = TuneSizes.of(specs, request);
        List<Map<String, Tensor>> inputs = compared(specs, sizes);
        Answers answers = new Answers(plain.model.outputs(), plain.model.metadata(), run(plain.model, inputs));
        request.others().forEach((name, file) -> forms.add(new Form(name, file, true)));
        if (request.others().isEmpty()) {
            add(folder, "ort", false, file -> variant(Precision.FP32, Flavor.ORT, 0, file));
        }
        add(folder, OPTIMIZED, false, file -> {
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
                open(form, settings, inputs, answers);
            }
        }
        List<Form> live = forms.stream().filter(each -> each.leftOut.isEmpty()).toList();
        List<Measured> results = measure(live, sizes);
        long[] first = results.get(0).samplesNs();
        List<Quotient> quotients = results.stream()
                .map(each -> Quotient.of(first, each.samplesNs()))
                .toList();
        Form best = live.get(Quotient.least(quotients, 1 - WORTH));
        TuneReport report = report(best, live, results, quotients, sizes);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(METADATA_KEY, json(report));
        if (best.name.equals(OPTIMIZED) && plain.model.metadata().containsKey(ModelVariant.FLAVOR)) {
            metadata.put(ModelVariant.FLAVOR, OPTIMIZED);
        }
        Outputs.file(request.output(), request.force(), file -> ModelVariant.describe(best.file, metadata, file));
        return report;
    }

    private static List<Map<String, Tensor>> run(OnnxModel model, List<Map<String, Tensor>> inputs) {
        return inputs.stream().map(model::run).toList();
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
    private void open(Form form, SessionSettings settings, List<Map<String, Tensor>> inputs, Answers answers) {
        try {
            form.model = OnnxModel.open(form.file, settings);
            double agreement = answers.agreement(run(form.model, inputs), form.classes);
            form.agreement = OptionalDouble.of(agreement);
            double least = form.classes ? 1 - request.bound() : 1;
            if (agreement < least) {
                form.leftOut = "answers otherwise: agreement " + agreement + ", expected at least " + least;
            }
        } catch (HamException e) {
            form.leftOut = "does not run here: " + e.getMessage();
        }
    }

    private List<Map<String, Tensor>> compared(List<TensorSpec> specs, TuneSizes sizes) {
        if (request.images().isPresent()) {
            return TuneInputs.images(specs, request.images().get());
        }
        List<Map<String, Tensor>> all = new ArrayList<>();
        for (int length : lengths(sizes)) {
            for (int i = 0; i < COMPARED; i++) {
                all.add(TuneInputs.random(specs, 1, length, i));
            }
        }
        return all;
    }

    /** At least one, which a model without tokens does not look at. */
    private static List<Integer> lengths(TuneSizes sizes) {
        return sizes.lengths().isEmpty() ? List.of(1) : sizes.lengths();
    }

    private List<Measured> measure(List<Form> live, TuneSizes sizes) {
        List<TensorSpec> specs = live.get(0).model.inputs();
        List<Map<String, Tensor>> inputs = lengths(sizes).stream()
                .map(length -> TuneInputs.random(specs, sizes.batch(), length, 1))
                .toList();
        List<TimedAction> candidates = live.stream()
                .map(form -> new TimedAction(form.name, () -> inputs.forEach(form.model::run)))
                .toList();
        return Turns.measure(candidates, request.seconds());
    }

    private TuneReport report(
            Form best, List<Form> live, List<Measured> results, List<Quotient> quotients, TuneSizes sizes) {
        List<Entry> entries = new ArrayList<>();
        for (Form form : forms) {
            int at = live.indexOf(form);
            entries.add(new Entry(
                    form.name,
                    at < 0 ? null : results.get(at).latency().p50Ms(),
                    at < 0 ? null : quotients.get(at).median(),
                    form.agreement.isPresent() ? form.agreement.getAsDouble() : null,
                    form.leftOut));
        }
        return new TuneReport(
                best.name,
                "ONNX Runtime " + OnnxRuntime.version(),
                System.getProperty("os.arch") + ", " + Runtime.getRuntime().availableProcessors() + " processors",
                sizes.batch(),
                sizes.lengths(),
                request.threads(),
                results.get(0).latency().count(),
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
