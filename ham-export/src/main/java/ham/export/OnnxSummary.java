package ham.export;

import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.TypeProto;
import ham.export.proto.ValueInfoProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an ONNX file is, without running it.
 *
 * @param irVersion version of the file format
 * @param opsets operator domain to version; the standard domain is {@code ai.onnx}
 * @param producer name and version of the tool that wrote it; empty if it does not say
 * @param graph name of the graph
 * @param inputs graph inputs without those that only name an initializer
 * @param outputs graph outputs
 * @param nodes number of nodes of the main graph
 * @param operators operator (with its domain, unless standard) to number of nodes
 * @param initializers number of constants
 * @param externalInitializers how many of them have their values in another file
 * @param initializerBytes bytes of all constants' values in this file
 * @param dtypes data type to number of constants
 * @param metadata key to value
 */
public record OnnxSummary(
        long irVersion,
        SortedMap<String, Long> opsets,
        String producer,
        String graph,
        List<Tensor> inputs,
        List<Tensor> outputs,
        int nodes,
        SortedMap<String, Integer> operators,
        int initializers,
        int externalInitializers,
        long initializerBytes,
        SortedMap<String, Integer> dtypes,
        SortedMap<String, String> metadata) {

    /**
     * A graph input or output.
     *
     * @param name its name
     * @param dtype element type in lower case, such as {@code float}; {@code ?} if it is no tensor
     * @param shape each dimension a number, a name or {@code ?}
     */
    public record Tensor(String name, String dtype, List<String> shape) {}

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException if it is no whole ONNX model
     */
    public static OnnxSummary of(Path file) {
        return of(OnnxFiles.read(file));
    }

    /** Summarises a model. */
    public static OnnxSummary of(ModelProto model) {
        GraphProto graph = model.getGraph();
        SortedMap<String, Long> opsets = new TreeMap<>();
        for (OperatorSetIdProto imported : model.getOpsetImportList()) {
            opsets.put(imported.getDomain().isEmpty() ? "ai.onnx" : imported.getDomain(), imported.getVersion());
        }
        SortedMap<String, Integer> operators = new TreeMap<>();
        for (NodeProto node : graph.getNodeList()) {
            boolean standard = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
            operators.merge(standard ? node.getOpType() : node.getDomain() + "." + node.getOpType(), 1, Integer::sum);
        }
        SortedMap<String, String> metadata = new TreeMap<>();
        model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        SortedMap<String, Integer> dtypes = new TreeMap<>();
        SortedMap<String, Integer> constants = new TreeMap<>();
        int external = 0;
        long bytes = 0;
        for (TensorProto tensor : graph.getInitializerList()) {
            dtypes.merge(dtype(tensor.getDataType()), 1, Integer::sum);
            constants.put(tensor.getName(), 1);
            external += tensor.getDataLocation() == DataLocation.EXTERNAL ? 1 : 0;
            bytes += bytes(tensor);
        }
        return new OnnxSummary(
                model.getIrVersion(),
                opsets,
                (model.getProducerName() + " " + model.getProducerVersion()).strip(),
                graph.getName(),
                graph.getInputList().stream()
                        .filter(input -> !constants.containsKey(input.getName()))
                        .map(OnnxSummary::tensor)
                        .toList(),
                graph.getOutputList().stream().map(OnnxSummary::tensor).toList(),
                graph.getNodeCount(),
                operators,
                graph.getInitializerCount(),
                external,
                bytes,
                dtypes,
                metadata);
    }

    private static Tensor tensor(ValueInfoProto value) {
        TypeProto.Tensor type = value.getType().getTensorType();
        return new Tensor(
                value.getName(),
                value.getType().hasTensorType() ? dtype(type.getElemType()) : "?",
                type.getShape().getDimList().stream()
                        .map(OnnxSummary::dimension)
                        .toList());
    }

    private static String dimension(Dimension dimension) {
        return switch (dimension.getValueCase()) {
            case DIM_VALUE -> Long.toString(dimension.getDimValue());
            case DIM_PARAM -> dimension.getDimParam();
            case VALUE_NOT_SET -> "?";
        };
    }

    private static String dtype(int number) {
        DataType type = DataType.forNumber(number);
        return type == null ? "type " + number : type.name().toLowerCase(Locale.ROOT);
    }

    private static long bytes(TensorProto tensor) {
        return tensor.getRawData().size()
                + 4L * tensor.getFloatDataCount()
                + 4L * tensor.getInt32DataCount()
                + 8L * tensor.getInt64DataCount()
                + 8L * tensor.getDoubleDataCount()
                + 8L * tensor.getUint64DataCount();
    }
}
