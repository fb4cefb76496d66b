package ham.merge.taskvector;

import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.combine.Compression;
import ham.merge.io.JsonFiles;
import ham.merge.peft.PeftOutput;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The LoRA adapter nearest to what a fully fine-tuned checkpoint changed: of every linear layer the leading singular values and vectors of its delta (Eckart and Young
 * 1936). What is no linear layer, an adapter cannot hold.
 */
public final class LoraExtraction {
    /** What a folder of such an adapter is known by. */
    public static final String RECORD = "extraction.json";

    private LoraExtraction() {}

    /**
     * A layer of the adapter.
     *
     * @param weight its name
     * @param rank of the factors
     * @param error Frobenius norm of what the factors lack, as a part of the delta's
     */
    public record Layer(String weight, int rank, double error) {}

    /**
     * What was written, {@code extraction.json}.
     *
     * @param base what the checkpoint was trained from
     * @param error as {@link Layer}, over all layers together
     * @param left changed tensors that are no linear layer, or not of the base
     */
    public record Report(String base, double error, List<Layer> layers, List<String> left) {}

    /**
     * Writes a PEFT adapter.
     *
     * @param out exists already and is empty
     * @param base for {@code base_model_name_or_path}
     * @param rank most singular values of a layer, at least 1
     * @throws InputException when no linear layer changed, or the rank is below 1
     */
    public static Report write(Path out, Path base, TaskVector model, int rank) throws IOException {
        if (rank < 1) {
            throw InputException.parameter("rank", "expected at least 1, found " + rank);
        }
        SortedMap<String, LayerShape> shapes = new TreeMap<>();
        List<String> left = new ArrayList<>(model.left());
        model.layers().forEach((tensor, shape) -> {
            if (model.dimensions(tensor) == 2 && tensor.endsWith(".weight") && !tensor.contains("embed")) {
                shapes.put(tensor, new LayerShape(shape.outputs(), shape.inputs(), Math.min(rank, shape.rank()), 1));
            } else {
                left.add(tensor);
            }
        });
        left.addAll(model.biases().keySet());
        if (shapes.isEmpty()) {
            throw new InputException("checkpoint " + model.name()
                    + ": expected a linear layer that changed, found none; an adapter cannot hold what did");
        }
        List<Layer> layers = new ArrayList<>();
        double lost = 0;
        double all = 0;
        try (PeftOutput output = new PeftOutput(out, base.toString(), shapes, false, Optional.empty())) {
            for (String weight : shapes.keySet()) {
                Matrix delta = model.delta(weight);
                Compression compressed = Compression.of(delta, rank);
                output.write(weight, compressed.factors());
                layers.add(new Layer(weight, compressed.factors().rank(), Math.sqrt(compressed.lost())));
                double energy = energy(delta.data());
                all += energy;
                lost += compressed.lost() * energy;
            }
            output.finish();
        }
        Report report = new Report(base.toString(), all == 0 ? 0 : Math.sqrt(lost / all), layers, left);
        JsonFiles.write(out.resolve(RECORD), JsonFiles.tree(report));
        return report;
    }

    private static double energy(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }
}
