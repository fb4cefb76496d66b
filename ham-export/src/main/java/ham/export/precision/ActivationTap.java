package ham.export.precision;

import ham.export.graph.OperatorSets;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.export.proto.GraphProto;
import ham.export.proto.ValueInfoProto;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Runs a float32 graph with values between its nodes as outputs. */
final class ActivationTap implements AutoCloseable {
    /** How many images are run at once: the values of a large model take tens of megabytes an image. */
    private static final int BATCH = 4;

    private final Path file;
    private final OnnxModel model;
    private final List<String> names;

    /**
     * Writes the graph and opens it.
     *
     * @param names the values to look at
     * @param file a file to use; gone after {@link #close}
     */
    ActivationTap(GraphProto graph, List<String> names, Path file, SessionSettings settings) throws IOException {
        this.file = file;
        this.names = names;
        file.toFile().deleteOnExit(); // for Ctrl-C
        GraphProto.Builder tapped = graph.toBuilder();
        names.forEach(name -> tapped.addOutput(ValueInfoProto.newBuilder().setName(name)));
        try (OutputStream output = new BufferedOutputStream(Files.newOutputStream(file))) {
            OperatorSets.model(tapped.build()).build().writeTo(output);
        }
        model = OnnxModel.open(file, settings);
    }

    /**
     * Looks at the values of every image.
     *
     * @param look told a value's name and numbers, once for each batch
     */
    void run(ParityInputs images, BiConsumer<String, float[]> look) {
        for (int from = 0; from < images.samples(); from += BATCH) {
            int to = Math.min(from + BATCH, images.samples());
            Map<String, Tensor> values =
                    model.run(EncoderRun.tensors(model.inputs(), images.range(from, to), to - from));
            names.forEach(name -> look.accept(name, values.get(name).floats()));
        }
    }

    @Override
    public void close() throws IOException {
        model.close();
        Files.deleteIfExists(file);
    }
}
