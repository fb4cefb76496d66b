package ham.export.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import ham.export.graph.Attributes;
import ham.export.graph.GraphBuilder;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.FunctionProto;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each rule with a graph that is valid but for one thing. */
class ModelCheckerTest {

    @Test
    void aValidModelHasNoViolation() {
        assertThat(ModelChecker.violations(valid().build())).isEmpty();
        assertThat(ModelChecker.violationsOfBuilt(valid().build())).isEmpty();
        ModelChecker.requireValidBuilt("m.onnx", valid().build());
    }

    @Test
    void irVersion() {
        expect(ModelProto.Builder::clearIrVersion, "ir_version is expected between 3 and 14, found none");
        expect(model -> model.setIrVersion(99), "ir_version is expected between 3 and 14, found 99");
    }

    @Test
    void operatorSets() {
        expect(model -> model.getOpsetImportBuilder(0).setVersion(0), "at least 1, found 0");
        expect(model -> model.addOpsetImport(opset("ai.onnx", 16)), "domain 'ai.onnx' is imported twice");
        expect(model -> node(model).setDomain("com.microsoft"), "domain 'com.microsoft', of which no operator set");
        assertThat(ModelChecker.violations(valid().clearOpsetImport().build())).contains("no operator set is imported");
        ModelProto longName = valid().setOpsetImport(0, opset("ai.onnx", 17)).build();
        assertThat(ModelChecker.violations(longName)).isEmpty();
    }

    @Test
    void graphAndItsName() {
        expect(ModelProto.Builder::clearGraph, "the model has no graph");
        expect(model -> model.getGraphBuilder().clearName(), "a graph has no name");
    }

    @Test
    void metadataKeysOnce() {
        StringStringEntryProto entry =
                StringStringEntryProto.newBuilder().setKey("k").setValue("v").build();
        expect(model -> model.addMetadataProps(entry).addMetadataProps(entry), "the metadata key 'k' is given twice");
    }

    @Test
    void everyNameIsGivenOnce() {
        expect(model -> node(model).addOutput("w"), "produces 'w', a name that is given already");
        expect(model -> node(model).addOutput("logits"), "produces 'logits', a name that is given already");
        expect(
                model -> model.getGraphBuilder().addInitializer(model.getGraph().getInitializer(0)),
                "initializer 'w' is given twice");
        expect(
                model -> model.getGraphBuilder().addInput(model.getGraph().getInput(0)),
                "graph input 'x' is given twice");
        expect(
                model -> model.getGraphBuilder().addOutput(model.getGraph().getOutput(0)),
                "graph output 'logits' is given twice");
    }

    @Test
    void nodesReadWhatStandsBeforeThem() {
        expect(model -> node(model).setInput(0, "nowhere"), "reads 'nowhere', which is no graph input");
        ModelProto.Builder swapped = valid();
        NodeProto first = swapped.getGraph().getNode(0);
        NodeProto second = swapped.getGraph().getNode(1);
        swapped.getGraphBuilder().setNode(0, second).setNode(1, first);
        assertThat(ModelChecker.violations(swapped.build()))
                .singleElement()
                .asString()
                .contains("node 'logits' (Relu) reads 'scores'");
    }

    @Test
    void omittedOptionalInputsAreFine() {
        ModelProto.Builder model = valid();
        node(model).addInput("");
        assertThat(ModelChecker.violations(model.build())).isEmpty();
    }

    @Test
    void nodesNameOperatorAndOutput() {
        expect(model -> node(model).clearOpType(), "names no operator");
        expect(
                model -> model.getGraphBuilder()
                        .addNode(NodeProto.newBuilder()
                                .setName("n")
                                .setOpType("Relu")
                                .addInput("x")),
                "node 'n' (Relu) has no output");
    }

    @Test
    void attributesAreTypedAndGivenOnce() {
        expect(model -> node(model).addAttribute(Attributes.integer("transB", 1)), "attribute 'transB' twice");
        expect(
                model -> node(model)
                        .addAttribute(AttributeProto.newBuilder().setName("a").setI(1)),
                "attribute 'a' has no type");
        expect(model -> node(model).addAttribute(Attributes.integer("", 1)), "has an attribute without a name");
    }

    @Test
    void graphOutputs() {
        expect(
                model -> model.getGraphBuilder().addOutput(ValueInfos.floats("ghost", "batch", 2)),
                "graph output 'ghost' is produced by no node");
        assertThat(ModelChecker.violations(withGraph(graph -> graph.clearOutput())))
                .contains("the graph has no output");
    }

    @Test
    void inputsAndOutputsAreTyped() {
        expect(model -> input(model).clearType(), "graph input 'x' has no type");
        expect(
                model -> input(model).getTypeBuilder().getTensorTypeBuilder().clearElemType(),
                "graph input 'x' is a tensor without an element type");
        expect(
                model -> model.getGraphBuilder()
                        .getOutputBuilder(0)
                        .getTypeBuilder()
                        .getTensorTypeBuilder()
                        .clearShape(),
                "graph output 'logits' is a tensor without a shape");
    }

    @Test
    void initializersAreAsLargeAsTheySay() {
        expect(model -> weight(model).setDims(0, 3), "expects 36 bytes for its dimensions [3, 3], found 24");
        expect(model -> weight(model).setDataType(DataType.DOUBLE_VALUE), "expects 48 bytes");
        expect(model -> weight(model).setDataType(77), "has the unknown data type 77");
        expect(model -> weight(model).setDims(0, -2), "has the negative dimension -2");
        expect(model -> weight(model).setDims(0, Long.MAX_VALUE), "too many to count");
        expect(model -> weight(model).addFloatData(1), "has its values twice");
        expect(model -> weight(model).clearRawData().addDoubleData(1), "a list that is not the one for FLOAT");
        expect(model -> weight(model).clearRawData(), "expects 6 entries for its dimensions [2, 3], found 0");
        expect(model -> weight(model).setDataType(DataType.STRING_VALUE), "strings do not have");
    }

    @Test
    void listsAndPackedTypesCount() {
        assertThat(ModelChecker.violations(
                        withWeight(w -> w.clearRawData().addAllFloatData(List.of(1f, 2f, 3f, 4f, 5f, 6f)))))
                .isEmpty();
        assertThat(ModelChecker.violations(withWeight(
                        w -> w.setDataType(DataType.INT4_VALUE).setRawData(ByteString.copyFrom(new byte[3])))))
                .isEmpty();
        assertThat(ModelChecker.violations(withWeight(w -> w.clearRawData()
                        .setDataType(DataType.BFLOAT16_VALUE)
                        .addAllInt32Data(List.of(1, 2, 3, 4, 5, 6)))))
                .isEmpty();
    }

    @Test
    void externalData() {
        assertThat(ModelChecker.violations(withWeight(w -> external(w, "m.data", "24"))))
                .isEmpty();
        expect(model -> external(weight(model), "../m.data", "24"), "outside the model's folder");
        expect(model -> external(weight(model), "m.data", "20"), "expects 24 bytes");
        expect(
                model -> weight(model).clearRawData().setDataLocation(DataLocation.EXTERNAL),
                "in another file, but names none");
        expect(
                model -> external(weight(model), "m.data", "24").setRawData(ByteString.copyFrom(new byte[24])),
                "but holds some itself");
    }

    @Test
    void oldModelsListInitializersAsInputs() {
        expect(model -> model.setIrVersion(3), "before IR version 4");
        ModelProto.Builder model = valid().setIrVersion(3);
        model.getGraphBuilder().addInput(ValueInfos.floats("w", "out", 3));
        assertThat(ModelChecker.violations(model.build())).isEmpty();
    }

    @Test
    void innerGraphsSeeTheNamesAround() {
        GraphProto inner = GraphProto.newBuilder()
                .setName("then")
                .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("inner"))
                .addOutput(ValueInfoProto.newBuilder().setName("inner"))
                .build();
        assertThat(ModelChecker.violations(withInner(inner))).isEmpty();
        GraphProto lost = inner.toBuilder()
                .setNode(0, inner.getNode(0).toBuilder().setInput(0, "later"))
                .build();
        assertThat(ModelChecker.violations(withInner(lost)))
                .singleElement()
                .asString()
                .contains("reads 'later'");
        GraphProto shadowing = inner.toBuilder()
                .setNode(0, inner.getNode(0).toBuilder().addOutput("x"))
                .build();
        assertThat(ModelChecker.violations(withInner(shadowing)))
                .singleElement()
                .asString()
                .contains("produces 'x', a name that is given already");
    }

    @Test
    void functionsHaveRulesOfTheirOwn() {
        FunctionProto function = FunctionProto.newBuilder()
                .setName("twice")
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(opset("", 17))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Add")
                        .addInput("a")
                        .addInput("a")
                        .addOutput("b"))
                .build();
        assertThat(ModelChecker.violations(valid().addFunctions(function).build()))
                .isEmpty();
        expect(
                model -> model.addFunctions(function.toBuilder().setOutput(0, "c")),
                "output 'c' of function twice is produced by no node");
        expect(model -> model.addFunctions(function.toBuilder().clearOpsetImport()), "no operator set is imported");
    }

    @Test
    void builtGraphsHaveNothingUnused() {
        expectOfBuilt(
                model -> model.getGraphBuilder().addInput(ValueInfos.floats("idle", "batch", 1)),
                "graph input 'idle' is never read");
        expectOfBuilt(
                model -> model.getGraphBuilder()
                        .addInitializer(
                                model.getGraph().getInitializer(0).toBuilder().setName("idle")),
                "initializer 'idle' is never read");
        expectOfBuilt(
                model -> model.getGraphBuilder()
                        .addNode(NodeProto.newBuilder()
                                .setName("n")
                                .setOpType("Relu")
                                .addInput("x")
                                .addOutput("idle")),
                "output of node 'n' 'idle' is never read");
    }

    @Test
    void builtGraphsNameTheirBatch() {
        expectOfBuilt(
                model -> input(model)
                        .getTypeBuilder()
                        .getTensorTypeBuilder()
                        .getShapeBuilder()
                        .getDimBuilder(0)
                        .setDimValue(8),
                "graph input 'x' has no named batch dimension");
    }

    @Test
    void builtGraphsUseOperatorsOfOnnxAndOfOnnxRuntimeOnly() {
        expectOfBuilt(
                model -> {
                    model.addOpsetImport(opset("org.example", 1));
                    node(model).setDomain("org.example");
                },
                "node 'scores' is of the domain 'org.example'");
    }

    @Test
    void refusalNamesTheModelAndEveryViolation() {
        ModelProto broken =
                valid().clearIrVersion().setOpsetImport(0, opset("", 0)).build();
        assertThatThrownBy(() -> ModelChecker.requireValid("m.onnx", broken))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("m.onnx: ")
                .hasMessageContainingAll("ir_version", "at least 1, found 0");
    }

    /** relu(x W^T): x [batch, 3], W [2, 3]. */
    private static ModelProto.Builder valid() {
        GraphBuilder graph = new GraphBuilder("test");
        Operators operators = new Operators(graph);
        Value x = graph.input(ValueInfos.floats("x", "batch", 3));
        Value w = graph.initializer("w", List.of(2L, 3L), new float[] {1, 2, 3, 4, 5, 6});
        Value logits = operators.relu("logits", operators.linear("scores", x, w));
        graph.output(ValueInfos.floats(logits.name(), "batch", 2));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(opset("", 17))
                .setGraph(graph.build());
    }

    private static void expect(Consumer<ModelProto.Builder> damage, String violation) {
        ModelProto.Builder model = valid();
        damage.accept(model);
        assertThat(ModelChecker.violations(model.build())).anyMatch(found -> found.contains(violation));
    }

    private static void expectOfBuilt(Consumer<ModelProto.Builder> damage, String violation) {
        ModelProto.Builder model = valid();
        damage.accept(model);
        assertThat(ModelChecker.violations(model.build())).isEmpty();
        assertThat(ModelChecker.violationsOfBuilt(model.build()))
                .singleElement()
                .asString()
                .contains(violation);
    }

    private static ModelProto withGraph(Consumer<GraphProto.Builder> change) {
        ModelProto.Builder model = valid();
        change.accept(model.getGraphBuilder());
        return model.build();
    }

    private static ModelProto withWeight(Consumer<TensorProto.Builder> change) {
        ModelProto.Builder model = valid();
        change.accept(weight(model));
        return model.build();
    }

    private static ModelProto withInner(GraphProto inner) {
        return withGraph(graph -> graph.addNode(NodeProto.newBuilder()
                .setOpType("If")
                .addInput("x")
                .addOutput("chosen")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("then_branch")
                        .setType(AttributeType.GRAPH)
                        .setG(inner))));
    }

    private static TensorProto.Builder external(TensorProto.Builder tensor, String location, String length) {
        return tensor.clearRawData()
                .setDataLocation(DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue(location))
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("length").setValue(length));
    }

    private static TensorProto.Builder weight(ModelProto.Builder model) {
        return model.getGraphBuilder().getInitializerBuilder(0);
    }

    private static NodeProto.Builder node(ModelProto.Builder model) {
        return model.getGraphBuilder().getNodeBuilder(0);
    }

    private static ValueInfoProto.Builder input(ModelProto.Builder model) {
        return model.getGraphBuilder().getInputBuilder(0);
    }

    private static OperatorSetIdProto opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build();
    }
}
