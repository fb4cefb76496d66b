package ham.export.precision;

import ham.export.parity.ParityInputs;
import ham.export.proto.GraphProto;
import ham.merge.InputException;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Rewrites the float32 graph of {@link ham.export.encoder.VitGraph} to a {@link NumberFormat}. */
public final class FormatRewrite {
    private final NumberFormat format;
    private final Path scratch;
    private final SessionSettings settings;

    /**
     * A rewriting.
     *
     * @param scratch a file that may be used meanwhile; gone afterwards
     * @param settings of the session that runs calibration images
     */
    public FormatRewrite(NumberFormat format, Path scratch, SessionSettings settings) {
        this.format = format;
        this.scratch = scratch;
        this.settings = settings;
    }

    /**
     * The graph in the format; input and output stay float32.
     *
     * @throws InputException if the format cannot hold a weight or an activation, or names layers that are not there
     */
    public GraphProto of(GraphProto source) throws IOException {
        GraphProto graph = format.flavor() == Flavor.ORT ? FusedGraph.of(source) : source;
        return switch (format.precision()) {
            case FP32 -> graph;
            case FP16 -> HalfGraph.of(graph);
            case INT8 -> integers(graph);
        };
    }

    private GraphProto integers(GraphProto graph) throws IOException {
        LinearLayers layers = LinearLayers.of(graph, format.floatLayers());
        if (format.calibration().isEmpty()) {
            return IntegerGraph.of(graph, layers, new DynamicLinear());
        }
        Calibration calibration = format.calibration().get();
        try (ActivationTap tap = new ActivationTap(graph, layers.inputs(), scratch, settings)) {
            Map<String, ActivationRange> ranges = Ranges.of(tap, calibration.images(), calibration.method());
            LinearWriter writer =
                    format.flavor() == Flavor.ORT ? new FusedStaticLinear(ranges) : new StaticLinear(ranges);
            return IntegerGraph.of(graph, layers, writer);
        }
    }

    /**
     * Refuses activations that overflow in float16, of the float32 graph on some images. ONNX Runtime on a CPU computes most operators in float32
     * and so would not show them.
     *
     * @throws InputException naming the first value that is too large
     */
    public void requireHalf(GraphProto source, ParityInputs images) throws IOException {
        if (format.precision() != Precision.FP16) {
            return;
        }
        try (ActivationTap tap = new ActivationTap(source, List.copyOf(EncoderValues.of(source)), scratch, settings)) {
            Ranges.of(tap, images, RangeMethod.MINMAX).forEach((name, range) -> {
                float largest = Math.max(range.max(), -range.min());
                if (largest > HalfGraph.LARGEST) {
                    throw new InputException("Value " + name + ": expected activations that float16 can hold, up to "
                            + HalfGraph.LARGEST + ", found " + largest + " on " + images.description()
                            + "; export with precision fp32");
                }
            });
        }
    }
}
