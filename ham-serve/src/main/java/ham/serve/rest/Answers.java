package ham.serve.rest;

import ham.runtime.classify.Prediction;
import ham.runtime.tensor.TensorSpec;
import ham.serve.protocol.Datatype;
import ham.serve.repository.LoadedModel;
import ham.serve.repository.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers as they are in JSON; what is null is left out. */
final class Answers {
    private Answers() {}

    record ServerMetadata(String name, String version, List<String> extensions) {}

    record Live(boolean live) {}

    record Ready(boolean ready) {}

    record ModelReady(String name, boolean ready) {}

    record TensorMetadata(String name, String datatype, List<Long> shape) {
        static List<TensorMetadata> of(List<TensorSpec> specs) {
            return specs.stream()
                    .map(each -> new TensorMetadata(each.name(), Datatype.label(each.dtype()), each.shape()))
                    .toList();
        }
    }

    /** RequestParameters tell what the protocol has no word for: labels, adapters. */
    record ModelMetadata(
            String name,
            List<String> versions,
            String platform,
            List<TensorMetadata> inputs,
            List<TensorMetadata> outputs,
            List<String> adapters,
            List<String> labels) {
        static ModelMetadata of(ServedModel served, LoadedModel model) {
            List<String> adapters = new ArrayList<>(model.engine().adapters());
            return new ModelMetadata(
                    model.name(),
                    served.versions().stream().map(String::valueOf).toList(),
                    "onnxruntime_onnx",
                    TensorMetadata.of(model.engine().inputs()),
                    TensorMetadata.of(model.engine().outputs()),
                    adapters.isEmpty() ? null : adapters,
                    adapters.isEmpty() ? model.labels(Optional.empty()).orElse(null) : null);
        }
    }

    record IndexEntry(String name, String version, String state, String reason) {}

    record Classes(String modelName, String modelVersion, String adapter, String id, List<Prediction> predictions) {}

    /** Every version in service, and models of which none is. */
    static List<IndexEntry> index(Iterable<ServedModel> models, boolean onlyReady) {
        List<IndexEntry> entries = new ArrayList<>();
        for (ServedModel model : models) {
            model.versions()
                    .forEach(version ->
                            entries.add(new IndexEntry(model.name(), version.toString(), "READY", model.reason())));
            if (!model.ready() && !onlyReady) {
                entries.add(new IndexEntry(model.name(), "", "UNAVAILABLE", model.reason()));
            }
        }
        return entries;
    }
}
