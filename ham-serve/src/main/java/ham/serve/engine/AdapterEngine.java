package ham.serve.engine;

import ham.runtime.ModelException;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.SessionSettings;
import ham.runtime.onnx.Ending;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.text.TokenBatch;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A base graph and the adapters of a folder that {@code ham export --package adapters} wrote. For one run at a time. */
public final class AdapterEngine implements Engine {
    private final AdaptedModel model;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private final Map<String, String> metadata;
    private final Map<String, List<String>> labels;
    private final String provider;

    private AdapterEngine(AdaptedModel model, String provider, Map<String, List<String>> labels) {
        this.model = model;
        this.provider = provider;
        this.inputs = given(model);
        this.outputs = model.outputs();
        this.metadata = model.metadata();
        this.labels = labels;
    }

    /** What a request gives and no adapter: the tokens of texts, or images. */
    private static List<TensorSpec> given(AdaptedModel model) {
        List<TensorSpec> tokens = model.inputs().stream()
                .filter(each -> TokenBatch.isTokens(each.name()))
                .toList();
        return tokens.isEmpty() ? List.of(model.input()) : tokens;
    }

    /**
     * Opens the base and every adapter that the folder's record names.
     *
     * @throws ModelException if one of them is missing or broken
     */
    public static AdapterEngine open(Path folder, AdapterPackageRecord record, SessionSettings settings) {
        AdaptedModel model = AdaptedModel.open(folder.resolve(record.base()), settings);
        try {
            Map<String, List<String>> labels = new LinkedHashMap<>();
            for (AdapterPackageRecord.Task task : record.tasks()) {
                model.load(task.task(), folder.resolve(task.adapter()));
                labels.put(task.task(), task.labels());
            }
            return new AdapterEngine(model, settings.provider().executionProvider(), labels);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Ending ending(String output) {
        return model.ending(output);
    }

    @Override
    public BatchLimits batchLimits() {
        return BatchLimits.of(inputs.get(0));
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public Set<String> adapters() {
        return Collections.unmodifiableSet(labels.keySet());
    }

    @Override
    public Optional<List<String>> labels(String adapter) {
        return Optional.ofNullable(labels.get(adapter));
    }

    @Override
    public int mostRuns() {
        return 1;
    }

    @Override
    public synchronized Map<String, Tensor> run(Optional<String> adapter, Map<String, Tensor> given) {
        return model.runAll(adapter.orElseThrow(), given);
    }

    @Override
    public synchronized void close() {
        model.close();
    }
}
