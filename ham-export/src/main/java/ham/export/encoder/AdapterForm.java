package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.GraphProto;
import ham.export.proto.TensorProto.DataType;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.PrototypeHead;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One graph for all tasks of a base, and for each task the tensors that make it that task's model: factors of the adapted layers, deltas of
 * biases, and the head, whose number of classes is free in the graph.
 *
 * @param base the pre-trained model
 * @param adapted names of all weights and biases that some task changes
 * @param head a head of the kind that all tasks have; empty when all keep the base's classifier
 * @param sharedProjection whether the random projection of an analytic head is the same for all tasks, and so a constant of the graph
 */
public record AdapterForm(Checkpoint base, Set<String> adapted, Optional<Head> head, boolean sharedProjection) {
    private static final String PROJECTION = "head.projection";

    /**
     * A tensor of an adapter.
     *
     * @param shape its dimensions
     * @param values row-major
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Parameter(List<Long> shape, float[] values) {
        static Parameter of(Matrix matrix) {
            return new Parameter(List.of((long) matrix.rows(), (long) matrix.columns()), matrix.data());
        }
    }

    public AdapterForm {
        adapted = Set.copyOf(adapted);
    }

    /** The graph: input {@code pixel_values}, then the inputs that an adapter gives. */
    public GraphProto graph() {
        GraphBuilder graph = new GraphBuilder("vit");
        AdapterInputs weights = new AdapterInputs(base, adapted);
        ModelGraph model = ModelGraph.of(graph, base, weights, head.isPresent() || base.hasClassifier());
        HeadGraph heads = new HeadGraph(graph, (name, shape, values) -> parameter(graph, name, shape, values));
        if (head.isEmpty() && !base.hasClassifier()) {
            model.addOutputs();
            return graph.build();
        }
        if (head.isEmpty()) {
            model.addOwn(heads, base.labels().size());
            return graph.build();
        }
        heads.add(head.get(), model.feature());
        return graph.build().toBuilder()
                .clearOutput()
                .addOutput(ValueInfos.of(
                        VitGraph.OUTPUT,
                        DataType.FLOAT,
                        List.of(ValueInfos.free(VitGraph.BATCH), ValueInfos.free("classes"))))
                .build();
    }

    private Value parameter(GraphBuilder graph, String name, List<Long> shape, float[] values) {
        if (name.equals(PROJECTION)) {
            return sharedProjection
                    ? graph.initializer(name, shape, values)
                    : graph.input(ValueInfos.of(
                            name,
                            DataType.FLOAT,
                            List.of(ValueInfos.fixed(shape.get(0)), ValueInfos.free("projected"))));
        }
        boolean projected = shape.size() == 2 && head.orElseThrow() instanceof AnalyticHead && !sharedProjection;
        return graph.input(ValueInfos.of(
                name,
                DataType.FLOAT,
                shape.size() == 1
                        ? List.of(ValueInfos.free("classes"))
                        : List.of(
                                ValueInfos.free("classes"),
                                projected ? ValueInfos.free("projected") : ValueInfos.fixed(shape.get(1)))));
    }

    /**
     * What the graph is given for a task: every input but the images.
     *
     * @param changes what the task does to the base
     * @param own the task's head
     */
    public SortedMap<String, Parameter> parameters(WeightChanges changes, Optional<Head> own) {
        SortedMap<String, Parameter> parameters = new TreeMap<>();
        for (String name : adapted) {
            List<Long> shape = base.shape(name);
            Optional<WeightChange> change = changes.of(name);
            if (shape.size() == 2) {
                LoraFactors factors = change.map(AdapterForm::factors).orElseGet(() -> none(shape));
                parameters.put(name + AdapterInputs.A, Parameter.of(factors.a()));
                parameters.put(name + AdapterInputs.B, Parameter.of(factors.b()));
            } else {
                float[] delta = change.map(each -> each.delta().data())
                        .orElseGet(() -> new float[shape.get(0).intValue()]);
                parameters.put(name + AdapterInputs.DELTA, new Parameter(shape, delta));
            }
        }
        own.ifPresent(each -> head(each, parameters));
        return parameters;
    }

    private static LoraFactors none(List<Long> shape) {
        return new LoraFactors(
                Matrix.zeros(1, shape.get(1).intValue()),
                Matrix.zeros(shape.get(0).intValue(), 1),
                1);
    }

    /**
     * All branches of a change as one pair of factors with all scalars in B; where that would be larger than the delta itself, the identity and
     * the delta.
     */
    static LoraFactors factors(WeightChange change) {
        Matrix delta = change.delta();
        int inputs = delta.columns();
        int rank = change.branches().stream()
                .mapToInt(branch -> branch.factors().rank())
                .sum();
        if (rank == 0 || rank >= inputs) {
            Matrix identity = Matrix.zeros(inputs, inputs);
            for (int i = 0; i < inputs; i++) {
                identity.data()[i * inputs + i] = 1;
            }
            return new LoraFactors(identity, delta, 1);
        }
        Matrix a = Matrix.zeros(rank, inputs);
        Matrix b = Matrix.zeros(delta.rows(), rank);
        int first = 0;
        for (Branch branch : change.branches()) {
            LoraFactors factors = branch.factors();
            System.arraycopy(
                    factors.a().data(), 0, a.data(), first * inputs, factors.a().data().length);
            double scale = branch.weight() * factors.scaling();
            for (int row = 0; row < b.rows(); row++) {
                for (int r = 0; r < factors.rank(); r++) {
                    b.data()[row * rank + first + r] =
                            (float) (scale * factors.b().get(row, r));
                }
            }
            first += factors.rank();
        }
        return new LoraFactors(a, b, 1);
    }

    private void head(Head own, SortedMap<String, Parameter> parameters) {
        if (own instanceof LinearHead linear) {
            parameters.put("head.weight", Parameter.of(linear.weight()));
            parameters.put("head.bias", new Parameter(List.of((long) linear.bias().length), linear.bias()));
        } else if (own instanceof PrototypeHead prototype) {
            parameters.put("head.weight", Parameter.of(prototype.unitWeight()));
        } else if (own instanceof AnalyticHead analytic) {
            parameters.put("head.weight", Parameter.of(analytic.weight()));
            if (!sharedProjection) {
                parameters.put(PROJECTION, Parameter.of(analytic.projection().matrix()));
            }
        }
    }
}
