package ham.export.pack;

import ham.export.ExportRequest;
import ham.export.OnnxFiles;
import ham.export.VitExporter;
import ham.export.check.ModelChecker;
import ham.export.encoder.AdapterForm;
import ham.export.encoder.WeightChanges;
import ham.export.parity.EncoderRun;
import ham.export.parity.LogitsSource;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.export.proto.ModelProto;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.folder.TaskModels;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.NamedHead;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Writes one base graph and an {@code .onnx_adapter} file a task: the same weights as one model a task, chosen at every run. A task's head goes
 * with its adapter, at its own number of classes, so that no task computes another's logits.
 */
public final class AdapterPackage {
    private static final String BASE = "base.onnx";
    private static final long SEED = 1;
    private static final int SAMPLES = 4;

    private final Checkpoint base;
    private final String version;
    private final boolean verify;
    private final SessionSettings settings;
    private final MergeProgress progress;

    /**
     * Plans a package.
     *
     * @param version of ham
     * @param verify whether every adapter is run beside its task's baked model
     */
    public AdapterPackage(
            Checkpoint base, String version, boolean verify, SessionSettings settings, MergeProgress progress) {
        this.base = base;
        this.version = version;
        this.verify = verify;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Fills an empty folder.
     *
     * @param merge the adapters, in order
     * @return the content of {@code package.json}
     * @throws InputException when heads are of different kinds, or an adapter's logits are not those of its task's model
     */
    public PackageRecord write(Path folder, AdapterMerge merge) throws IOException {
        String sha256 = base.sha256();
        List<NamedHead> named = heads(merge);
        List<Head> heads = named.stream().map(NamedHead::head).toList();
        Checkpoint read = base.readBy(named.stream()
                .reduce((first, second) -> first.reading(first.feature().with(second.feature()))));
        AdapterForm form = new AdapterForm(read, adapted(merge), heads.stream().findFirst(), shared(heads));
        graph(folder.resolve(BASE), form);
        List<PackageRecord.Task> tasks = new ArrayList<>();
        TaskModels.each(merge, (task, model) -> {
            progress.at("writing adapters", task, merge.adapters().size());
            AdapterFolder adapter = merge.adapters().get(task);
            String name =
                    PackageFolder.requireFileName("adapter", adapter.adapter().name());
            Path file = folder.resolve(name + ".onnx_adapter");
            AdapterFile.write(
                    file,
                    form.parameters(
                            WeightChanges.of(base, sha256, model), model.head().map(NamedHead::head)));
            tasks.add(new PackageRecord.Task(
                    name,
                    null,
                    file.getFileName().toString(),
                    model.head().map(NamedHead::classes).orElse(base.labels()),
                    verify ? (Double) verify(folder, name, file, model).maxAbs() : null));
        });
        PackageRecord record = PackageRecord.tasks(
                "adapters",
                BASE,
                "one session on " + BASE + "; OrtLoraAdapter for a task's file, RunOptions.addActiveLoraAdapter",
                tasks);
        return PackageFolder.finish(folder, record, readme(merge.adapters().size()));
    }

    private static List<NamedHead> heads(AdapterMerge merge) {
        List<NamedHead> heads =
                merge.adapters().stream().flatMap(each -> each.head().stream()).toList();
        Set<String> kinds = new TreeSet<>();
        heads.forEach(each -> kinds.add(each.described()));
        if (kinds.size() > 1
                || (!heads.isEmpty() && heads.size() < merge.adapters().size())) {
            throw InputException.parameter(
                    "package",
                    "expected for adapters every adapter or none to have a head, all of one kind, found "
                            + heads.size() + " heads of the kinds " + kinds + " in "
                            + merge.adapters().size() + " adapters; one graph has one kind of head");
        }
        return heads;
    }

    private static boolean shared(List<Head> heads) {
        if (heads.isEmpty() || !(heads.get(0) instanceof AnalyticHead first)) {
            return true;
        }
        return heads.stream().map(AnalyticHead.class::cast).allMatch(head -> head.projection()
                .equals(first.projection()));
    }

    /** The base's names of everything that some task changes. */
    private Set<String> adapted(AdapterMerge merge) {
        Set<String> adapted = new TreeSet<>();
        for (AdapterFolder each : merge.adapters()) {
            Stream.concat(each.adapter().layers().keySet().stream(), each.adapter().biases().keySet().stream())
                    .map(name -> base.resolve(name)
                            .orElseThrow(() -> new InputException(
                                    each.path(),
                                    "adapts '" + name + "', which the base " + base.directory() + " does not have")))
                    .forEach(place -> base.computed(place).forEach(part -> adapted.add(part.name())));
        }
        return adapted;
    }

    private void graph(Path file, AdapterForm form) throws IOException {
        ExportRequest request = ExportRequest.builder()
                .setBase(base)
                .setMerged(Merged.none())
                .setVersion(version)
                .setOutput(file)
                .setSettings(settings)
                .build();
        ModelProto model = VitExporter.around(request, form.graph(), List.of());
        ModelChecker.requireValid(BASE, model);
        OnnxFiles.write(model, file);
    }

    /** Runs an adapter beside its task's own baked model. */
    private ParityReport verify(Path folder, String name, Path adapter, Merged model) throws IOException {
        ParityInputs inputs = ParityInputs.seeded(base.encoder().input(), SAMPLES, SEED);
        Path baked = folder.resolve(".baked.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(model)
                .setVersion(version)
                .setOutput(baked)
                .setSettings(settings)
                .optVerify(false)
                .build());
        float[] expected;
        try (OnnxModel session = OnnxModel.open(baked, settings)) {
            expected = EncoderRun.of(session).all(inputs);
        } finally {
            Files.delete(baked);
        }
        try (AdaptedModel session = AdaptedModel.open(folder.resolve(BASE), settings)) {
            session.load(name, adapter);
            LogitsSource source = (values, samples) ->
                    session.run(name, EncoderRun.tensors(inputsOf(base.encoder().input(), session), values, samples));
            ParityReport report =
                    ParityReport.compare(inputs, source.all(inputs), Map.of(ParityReport.FACTORED, expected));
            if (!report.passed()) {
                throw new InputException(
                        adapter, "was not written, because its logits are not its model's: " + report.text());
            }
            return report;
        }
    }

    /** The inputs that no adapter fills. */
    private static List<TensorSpec> inputsOf(EncoderInput input, AdaptedModel session) {
        return session.inputs().subList(0, input instanceof EncoderInput.Images ? 1 : 2);
    }

    private static List<String> readme(int tasks) {
        return List.of(
                "# One base graph, one adapter a task",
                "",
                "`" + BASE
                        + "` is the base with every adapted layer as `x W^T + (x A^T) B^T`; A, B and the head are inputs that the "
                        + tasks + " files `*.onnx_adapter` fill. In Java:",
                "",
                "    try (OrtSession session = environment.createSession(\"" + BASE + "\");",
                "            OrtLoraAdapter adapter = OrtLoraAdapter.create(\"TASK.onnx_adapter\");",
                "            OrtSession.RunOptions options = new OrtSession.RunOptions()) {",
                "        options.addActiveLoraAdapter(adapter);",
                "        session.run(Map.of(\"pixel_values\", pixels), options);",
                "    }",
                "",
                "Activate exactly one adapter a run: with none ONNX Runtime refuses the run, and of two the last would win silently.",
                "`package.json` lists tasks, labels and hashes.");
    }
}
