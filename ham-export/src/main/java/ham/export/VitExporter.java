package ham.export;

import ham.export.check.ModelChecker;
import ham.export.encoder.EncoderForms;
import ham.export.encoder.WeightChange;
import ham.export.encoder.WeightChanges;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.export.precision.FormatRewrite;
import ham.export.precision.Precision;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.token.TokenMerging;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.Place;
import ham.merge.head.NamedHead;
import ham.merge.io.Outputs;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Exports a base checkpoint with a merge as one ONNX file.
 *
 * <p>The baked graph is built, checked and written under a temporary name. Then the factored graph is written beside it, both are
 * run by ONNX Runtime on the same images, and only if their logits agree does the file get its name. One form is in memory at a
 * time: once as messages, once in a session.
 */
public final class VitExporter {

    private static final long SEED = 1;

    private VitExporter() {}

    /**
     * Writes {@code request.output()}.
     *
     * @throws InputException if merge and base do not fit, the output exists, or the forms disagree; nothing is written then
     */
    public static ExportResult export(ExportRequest request) {
        Outputs.refuseExisting(request.output(), request.force());
        Checkpoint base = request.base();
        String sha256 = base.sha256();
        WeightChanges changes = WeightChanges.of(base, sha256, request.merged());
        EncoderForms forms = new EncoderForms(base, changes, request.merged().head());
        requireTokens(request, forms);
        ModelMetadata metadata = ModelMetadata.of(request, sha256, forms.labels());
        Written written = new Written();
        Outputs.file(request.output(), request.force(), file -> {
            Path scratch = file.resolveSibling(file.getFileName() + ".calibration");
            FormatRewrite format = new FormatRewrite(request.format(), scratch, request.settings());
            write(metadata, format.of(TokenMerging.of(forms.baked(), request.mergeTokens())), file);
            written.bytes = Files.size(file);
            if (request.verify()) {
                written.parity = Optional.of(verify(request, metadata, forms, format, file));
            }
        });
        List<MatchedLayer> matched =
                changes.all().stream().map(change -> matched(base, change)).toList();
        return new ExportResult(
                request.output(),
                written.bytes,
                forms.labels(),
                ModelMetadata.headKind(request),
                matched,
                written.parity);
    }

    /**
     * A graph of the request's base as a model, with the metadata that its export would have.
     *
     * @param labels names of the graph's classes; empty where they are not the graph's to know
     */
    public static ModelProto around(ExportRequest request, GraphProto graph, List<String> labels) {
        return ModelMetadata.of(request, request.base().sha256(), labels).around(graph);
    }

    /** Before any graph is built; the graph itself says how many tokens it has. */
    private static void requireTokens(ExportRequest request, EncoderForms forms) {
        Checkpoint base = forms.base();
        if (request.mergeTokens() != 0 && !(base.isVit() && forms.classifies())) {
            throw InputException.parameter(
                    TokenMerging.PARAMETER,
                    "expected a ViT or DeiT with a classifier (also timm's, with a plain MLP and no norm before the first"
                            + " block), found " + base.encoder().family()
                            + (forms.classifies() ? "" : " without a classifier")
                            + (forms.head().map(NamedHead::featureBlocks).orElse(0) > 0
                                    ? " with a head that reads several blocks"
                                    : "")
                            + " in " + base.directory()
                            + "; leave it out");
        }
    }

    /** What is known once the file is there. */
    private static final class Written {
        private long bytes;
        private Optional<ParityReport> parity = Optional.empty();
    }

    private static ParityReport verify(
            ExportRequest request, ModelMetadata metadata, EncoderForms forms, FormatRewrite format, Path baked)
            throws IOException {
        EncoderInput input = request.base().encoder().input();
        ParityInputs inputs =
                request.inputs().orElseGet(() -> ParityInputs.seeded(input, ParityInputs.DEFAULT_SAMPLES, SEED));
        format.requireHalf(TokenMerging.of(forms.baked(), request.mergeTokens()), inputs);
        float[] found = run(baked, inputs, request.settings());
        float[] bakedLogits = request.mergeTokens() == 0
                ? found
                : beside(baked, ".unmerged", metadata, format.of(forms.baked()), request, inputs);
        Map<String, float[]> others = new TreeMap<>();
        request.engine().map(engine -> engine.all(inputs)).ifPresent(logits -> others.put(ParityReport.ENGINE, logits));
        others.put(ParityReport.FACTORED, beside(baked, ".factored", metadata, forms.factored(), request, inputs));
        ParityReport report =
                switch (request.format().precision()) {
                    case FP32 -> ParityReport.compare(inputs, bakedLogits, others);
                    case FP16 -> ParityReport.compare(inputs, bakedLogits, others, ParityReport.HALF_TOLERANCE);
                    case INT8 -> ParityReport.compareTop1(inputs, bakedLogits, others);
                };
        // Integers move the logits by more than most deltas do.
        if (request.format().precision() != Precision.INT8 && !forms.changes().isZero()) {
            report = report.controlled(
                    bakedLogits,
                    others.get(ParityReport.FACTORED),
                    beside(baked, ".without", metadata, forms.unchanged(), request, inputs));
        }
        requirePassed(
                request,
                report,
                request.format().precision() == Precision.INT8
                        ? "; leave sensitive layers in float (float-layers), calibrate on other images, or choose fp16"
                        : "");
        if (request.mergeTokens() == 0) {
            return report;
        }
        // The weights are right; how far merging moves the logits says little.
        ParityReport merged = ParityReport.compareTop1(inputs, found, others).noting(merging(request, report));
        requirePassed(
                request,
                merged,
                "; merge fewer tokens (merge-tokens), or compare on images such as the model will see (inputs)");
        return merged;
    }

    private static String merging(ExportRequest request, ParityReport before) {
        return String.format(
                Locale.ROOT,
                "tokens are merged, %d a block; before that the difference is %.2e, top-1 agreement %.1f %%%s",
                request.mergeTokens(),
                before.maxAbs(),
                100 * before.top1(),
                before.note().isEmpty() ? "" : "; " + before.note());
    }

    private static void requirePassed(ExportRequest request, ParityReport report, String wayOut) {
        if (!report.passed()) {
            throw new InputException(
                    request.output(), "was not written, because its forms disagree: " + report.text() + wayOut);
        }
    }

    /** Logits of another form, which is written beside the baked one for as long as it runs. */
    private static float[] beside(
            Path baked,
            String ending,
            ModelMetadata metadata,
            GraphProto graph,
            ExportRequest request,
            ParityInputs inputs)
            throws IOException {
        Path file = baked.resolveSibling(baked.getFileName() + ending);
        file.toFile().deleteOnExit(); // for Ctrl-C
        try {
            write(metadata, graph, file);
            return run(file, inputs, request.settings());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void write(ModelMetadata metadata, GraphProto graph, Path file) throws IOException {
        ModelProto model = metadata.around(graph);
        ModelChecker.requireValidBuilt(file.getFileName().toString(), model);
        OnnxFiles.write(model, file);
    }

    private static float[] run(Path file, ParityInputs inputs, SessionSettings settings) {
        try (OnnxModel model = OnnxModel.open(file, settings)) {
            return EncoderRun.of(model).all(inputs);
        }
    }

    private static MatchedLayer matched(Checkpoint base, WeightChange change) {
        String layer = change.layer();
        String tensor = change.tensor();
        Place place = base.resolve(tensor).orElseThrow();
        String how = "the same layer under another naming scheme";
        if (!place.whole()) {
            how = place.toString();
        } else if (tensor.equals(layer)) {
            how = "the same name";
        } else if (tensor.equals(layer + ".weight")) {
            how = "the weight of that module";
        }
        return new MatchedLayer(layer, tensor, base.shape(tensor).size() == 1 ? "[out]" : "[out, in]", how);
    }
}
