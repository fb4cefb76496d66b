package ham.merge.peft;

import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.LayerName;
import ham.merge.encoder.Part;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsOutput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An adapter folder for PEFT that is written weight by weight, in any order and by any thread. Modules are targeted by their whole paths, so
 * that no other module is adapted.
 */
public final class PeftOutput implements Closeable {
    private static final int CHANNELS = 3;

    private final SafetensorsOutput tensors;

    /**
     * Writes the configuration and begins the file of the tensors.
     *
     * @param folder exists already
     * @param base for {@code base_model_name_or_path}, null when unknown
     * @param layers name of every adapted weight ({@code MODULE.weight}) to the shape of its factors; at least one
     * @param loraBias whether every B has a bias
     * @throws ham.merge.InputException when a file cannot be written, or the modules cannot be told apart by PEFT's rules
     */
    public PeftOutput(Path folder, String base, SortedMap<String, LayerShape> layers, boolean loraBias)
            throws IOException {
        this(folder, base, layers, loraBias, Optional.empty());
    }

    /**
     * As {@link #PeftOutput(Path, String, SortedMap, boolean)}, with a classifier that is saved along ({@code modules_to_save}).
     *
     * @throws ham.merge.InputException as there
     */
    public PeftOutput(
            Path folder,
            String base,
            SortedMap<String, LayerShape> layers,
            boolean loraBias,
            Optional<SavedClassifier> classifier)
            throws IOException {
        this(
                folder,
                base,
                layers,
                loraBias,
                classifier,
                layers.keySet().stream().map(PeftOutput::module).toList(),
                List.of());
    }

    PeftOutput(
            Path folder,
            String base,
            SortedMap<String, LayerShape> layers,
            boolean loraBias,
            Optional<SavedClassifier> classifier,
            List<String> targets,
            List<String> excluded)
            throws IOException {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout().metadata("format", "pt");
        SortedMap<String, LayerShape> modules = new TreeMap<>();
        layers.forEach((weight, layer) -> {
            modules.put(module(weight), layer);
            int side = kernelSide(weight, layer);
            if (side > 0) {
                layout.add(tensor(weight, AdapterTensors.A), DType.F32, layer.rank(), CHANNELS, side, side)
                        .add(tensor(weight, AdapterTensors.B), DType.F32, layer.outputs(), layer.rank(), 1, 1);
            } else {
                layout.add(tensor(weight, AdapterTensors.A), DType.F32, layer.rank(), layer.inputs())
                        .add(tensor(weight, AdapterTensors.B), DType.F32, layer.outputs(), layer.rank());
            }
            if (loraBias) {
                layout.add(tensor(weight, AdapterTensors.B_BIAS), DType.F32, layer.outputs());
            }
        });
        classifier.ifPresent(head -> layout.add(
                        head.tensor("weight"),
                        DType.F32,
                        head.head().weight().rows(),
                        head.head().weight().columns())
                .add(head.tensor("bias"), DType.F32, head.head().bias().length));
        ConfigWriter.write(
                folder,
                base,
                modules,
                loraBias,
                targets,
                excluded,
                classifier.map(head -> List.of(head.module())).orElse(List.of()));
        this.tensors = new SafetensorsOutput(PeftReader.weights(folder), layout);
        classifier.ifPresent(head -> {
            tensors.write(head.tensor("weight"), head.head().weight().data());
            tensors.write(head.tensor("bias"), head.head().bias());
        });
    }

    /**
     * A classifier that is saved whole.
     *
     * @param module its path in the model
     * @param head weight [classes, d] and bias [classes]
     */
    public record SavedClassifier(String module, LinearHead head) {
        String tensor(String parameter) {
            return AdapterTensors.PREFIX + module + "." + parameter;
        }
    }

    /** Side of the kernel of the patch embedding, whose factors are those of a convolution; 0 for linear layers. */
    private static int kernelSide(String weight, LayerShape layer) {
        boolean patch = LayerName.parse(weight)
                .filter(found -> found.part() == Part.PATCH)
                .isPresent();
        int side = (int) Math.round(Math.sqrt(layer.inputs() / (double) CHANNELS));
        return patch && CHANNELS * side * side == layer.inputs() ? side : 0;
    }

    private static String module(String weight) {
        if (!weight.endsWith(".weight")) {
            throw new IllegalArgumentException("expected the name of a weight, found " + weight);
        }
        return weight.substring(0, weight.length() - ".weight".length());
    }

    private static String tensor(String weight, String end) {
        return AdapterTensors.PREFIX + module(weight) + end;
    }

    /** Writes the factors of a weight; they have the scaling that was declared. */
    public void write(String weight, LoraFactors factors) {
        tensors.write(tensor(weight, AdapterTensors.A), factors.a().data());
        tensors.write(tensor(weight, AdapterTensors.B), factors.b().data());
    }

    /**
     * Writes the bias of a weight's B.
     *
     * @param values [out]; PEFT adds them times the scaling
     */
    public void writeBias(String weight, float[] values) {
        tensors.write(tensor(weight, AdapterTensors.B_BIAS), values);
    }

    /**
     * Ends the folder.
     *
     * @throws IllegalStateException when something that was declared was not written
     */
    public void finish() {
        tensors.finish();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
