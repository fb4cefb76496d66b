package ham.serve.repository;

import ham.runtime.tensor.TensorSpec;
import ham.serve.engine.Engine;
import ham.serve.proto.triton.DataType;
import ham.serve.proto.triton.ModelConfig;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.ServeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compares what a configuration says of a model's inputs and outputs with its graph. */
final class TritonSignature {
    private final Path config;
    private final boolean batches;

    private TritonSignature(Path config, boolean batches) {
        this.config = config;
        this.batches = batches;
    }

    /**
     * The engine, if it is what the configuration says; otherwise it is closed.
     *
     * @throws ServeException which tensor differs
     */
    static Engine checked(Engine engine, ModelConfig config, Path file) {
        try {
            TritonSignature check = new TritonSignature(file, config.getMaxBatchSize() > 0);
            config.getInputList()
                    .forEach(each ->
                            check.tensor(each.getName(), each.getDataType(), each.getDimsList(), engine.inputs()));
            config.getOutputList()
                    .forEach(each ->
                            check.tensor(each.getName(), each.getDataType(), each.getDimsList(), engine.outputs()));
            if (config.getMaxBatchSize() > 0) {
                engine.inputs().forEach(check::free);
                engine.outputs().forEach(check::free);
            }
            return engine;
        } catch (RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    private void tensor(String name, DataType type, List<Long> dims, List<TensorSpec> specs) {
        TensorSpec spec = specs.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> problem(
                        "'" + name + "'",
                        "one of the graph's tensors "
                                + specs.stream().map(TensorSpec::name).toList()));
        String said = type.name().substring("TYPE_".length()).replace("STRING", "BYTES");
        if (!said.equals(Datatype.label(spec.dtype()))) {
            throw problem(name + " of " + type, Datatype.label(spec.dtype()) + ", as the graph has it");
        }
        List<Long> shape = new ArrayList<>(dims);
        if (batches) {
            shape.add(0, -1L);
        }
        boolean fits = shape.size() == spec.shape().size();
        for (int i = 0; fits && i < shape.size(); i++) {
            fits = shape.get(i) < 0
                    || spec.shape().get(i) < 0
                    || shape.get(i).equals(spec.shape().get(i));
        }
        if (!fits) {
            throw problem(name + " of the shape " + shape, spec.shapeText() + ", as the graph has it");
        }
    }

    private void free(TensorSpec spec) {
        if (spec.shape().isEmpty() || spec.shape().get(0) >= 0) {
            throw problem(
                    "max_batch_size above 0",
                    "0, because " + spec.name() + " " + spec.shapeText() + " has no free first dimension");
        }
    }

    private ServeException problem(String found, String expected) {
        return ServeException.invalid(config + ": expected " + expected + ", found " + found + ".");
    }
}
