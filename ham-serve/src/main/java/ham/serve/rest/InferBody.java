package ham.serve.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.LoadedModel;
import ham.serve.service.WantedOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the body of {@code infer}: JSON, of which the tensors may stand as bytes behind it. Numbers go from the text into their bytes without a
 * tree between. Source: {@code inference_rest.md} of the Open Inference Protocol and the binary tensor data extension.
 */
final class InferBody {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final JsonFactory FACTORY = MAPPER.getFactory();

    private final byte[] body;
    private final int length;
    private final int header;
    private final boolean raw;
    private int binary;
    private String id = "";
    private RequestParameters parameters = RequestParameters.NONE;
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final List<Requested> outputs = new ArrayList<>();

    private record Requested(String name, RequestParameters parameters) {}

    private InferBody(byte[] body, int length, Optional<Integer> header) {
        this.body = body;
        this.length = length;
        this.header = header.orElse(length);
        this.raw = header.isPresent() && header.get() == 0;
        this.binary = this.header;
    }

    /**
     * Reads it.
     *
     * @param length how much of the array it is
     * @param header how many bytes of it are JSON, if the request says so; 0 where it is the bytes of the one input
     * @throws ServeException if it is not what the protocol says
     */
    static InferBody read(byte[] body, int length, Optional<Integer> header) {
        InferBody read = new InferBody(body, length, header);
        if (!read.raw) {
            read.json();
        }
        return read;
    }

    private void json() {
        try (JsonParser parser = FACTORY.createParser(body, 0, header)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ServeException.invalid("Expected a JSON object as the body, found "
                        + (parser.currentToken() == null ? "nothing" : parser.currentToken()) + ".");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = key(parser);
                switch (key) {
                    case "id" -> id = text(parser, "id");
                    case "parameters" -> parameters = parameters(parser);
                    case "inputs" -> objects(parser, "inputs", this::input);
                    case "outputs" -> objects(parser, "outputs", this::output);
                    default -> parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw ServeException.invalid("Expected one JSON object as the body, found more behind it.");
            }
        } catch (JsonProcessingException e) {
            throw new ServeException(
                    Status.INVALID,
                    "Expected JSON as the body, found broken JSON ("
                            + BrokenJson.problem(e.getOriginalMessage())
                            + (e.getLocation() == null
                                    ? ""
                                    : " at byte " + e.getLocation().getByteOffset()) + ").",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory are always readable", e);
        }
        if (inputs.isEmpty()) {
            throw ServeException.invalid("Expected inputs with at least one tensor, found none.");
        }
        if (binary != length) {
            throw ServeException.invalid("Expected " + (length - header)
                    + " bytes of tensors behind the JSON, found that its binary_data_size add up to "
                    + (binary - header)
                    + ".");
        }
    }

    private interface ObjectReader {
        void read(JsonParser parser) throws IOException;
    }

    private static void objects(JsonParser parser, String key, ObjectReader reader) throws IOException {
        expect(parser, JsonToken.START_ARRAY, key, "an array");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser, JsonToken.START_OBJECT, key, "objects");
            reader.read(parser);
        }
    }

    private static void expect(JsonParser parser, JsonToken token, String key, String expected) {
        if (parser.currentToken() != token) {
            throw ServeException.invalid(
                    "Expected " + key + " to be " + expected + ", found " + parser.currentToken() + ".");
        }
    }

    /** Goes to the value of a key: its name, or none where the value is null, which is as if it were not there. */
    private static String key(JsonParser parser) throws IOException {
        String key = parser.currentName();
        return parser.nextToken() == JsonToken.VALUE_NULL ? "" : key;
    }

    private static String text(JsonParser parser, String key) throws IOException {
        expect(parser, JsonToken.VALUE_STRING, key, "a text");
        return parser.getText();
    }

    private static RequestParameters parameters(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_OBJECT, "parameters", "an object");
        Map<String, Object> values = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            switch (parser.nextToken()) {
                case VALUE_STRING -> values.put(key, parser.getText());
                case VALUE_NUMBER_INT -> values.put(key, parser.getLongValue());
                case VALUE_NUMBER_FLOAT -> values.put(key, parser.getDoubleValue());
                case VALUE_TRUE, VALUE_FALSE -> values.put(key, parser.getBooleanValue());
                case VALUE_NULL -> {
                    // as if it were not there
                }
                default ->
                    throw ServeException.invalid("Expected the parameter " + key + " to be a text, number or boolean.");
            }
        }
        return new RequestParameters(values);
    }

    private void output(JsonParser parser) throws IOException {
        String name = "";
        RequestParameters given = RequestParameters.NONE;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = key(parser);
            switch (key) {
                case "name" -> name = text(parser, "an output's name");
                case "parameters" -> given = parameters(parser);
                default -> parser.skipChildren();
            }
        }
        outputs.add(new Requested(name, given));
    }

    private void input(JsonParser parser) throws IOException {
        String name = "";
        String datatype = "";
        List<Long> shape = null;
        RequestParameters given = RequestParameters.NONE;
        ByteBuffer data = null;
        TokenBuffer later = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = key(parser);
            switch (key) {
                case "name" -> name = text(parser, "an input's name");
                case "datatype" -> datatype = text(parser, "datatype");
                case "shape" -> shape = shape(parser);
                case "parameters" -> given = parameters(parser);
                case "data" -> {
                    if (shape != null && !datatype.isEmpty()) {
                        data = JsonNumbers.read(parser, name, datatype, shape, header);
                    } else {
                        later = new TokenBuffer(parser);
                        later.copyCurrentStructure(parser);
                    }
                }
                default -> parser.skipChildren();
            }
        }
        if (name.isEmpty() || datatype.isEmpty() || shape == null) {
            throw ServeException.invalid("Input '" + name + "': expected name, datatype and shape, found "
                    + (name.isEmpty() ? "no name." : datatype.isEmpty() ? "no datatype." : "no shape."));
        }
        if (later != null) {
            JsonParser replay = later.asParser();
            replay.nextToken();
            data = JsonNumbers.read(replay, name, datatype, shape, header);
        }
        Optional<Long> bytes = given.number("binary_data_size");
        if (data == null && bytes.isEmpty()) {
            throw ServeException.invalid("Input " + name + ": expected data, or binary_data_size, found neither.");
        }
        if (data != null && bytes.isPresent()) {
            throw ServeException.invalid("Input " + name + ": expected data or binary_data_size, found both.");
        }
        put(name, datatype, shape, data != null ? data : slice(name, bytes.get()));
    }

    private void put(String name, String datatype, List<Long> shape, ByteBuffer data) {
        Datatype type = Datatype.named(datatype, "Input " + name);
        try {
            if (inputs.put(name, new Tensor(type.type(), shape, data)) != null) {
                throw ServeException.invalid("Expected every input once, found '" + name + "' twice.");
            }
        } catch (ModelException e) {
            throw ServeException.invalid("Input " + name + ": " + e.getMessage());
        }
    }

    private ByteBuffer slice(String name, long bytes) {
        if (bytes < 0 || bytes > length - binary) {
            throw ServeException.invalid("Input " + name + ": expected a binary_data_size of at most the "
                    + (length - binary) + " bytes that are left of the body, found " + bytes
                    + "; does the header Inference-Header-Content-Length say how long the JSON is?");
        }
        ByteBuffer slice = ByteBuffer.wrap(body, binary, (int) bytes).slice();
        binary += (int) bytes;
        return slice;
    }

    private static List<Long> shape(JsonParser parser) throws IOException {
        expect(parser, JsonToken.START_ARRAY, "shape", "an array");
        List<Long> shape = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || shape.size() >= 64) {
                throw ServeException.invalid(
                        "Expected a shape of at most 64 whole numbers, found " + parser.currentToken() + ".");
            }
            shape.add(parser.getLongValue());
        }
        return shape;
    }

    /** What the client calls the request; empty if nothing. */
    String id() {
        return id;
    }

    /** The adapter that it names. */
    Optional<String> adapter() {
        return parameters.text("adapter");
    }

    /** How long the client waits, by Triton's parameter in microseconds. */
    Deadline deadline() {
        return parameters.deadline();
    }

    /** The request as the model takes it. */
    InferRequest request(LoadedModel model, Optional<String> adapter, Deadline deadline) {
        return new InferRequest(raw ? raw(model) : inputs, adapter().or(() -> adapter), deadline.or(deadline()));
    }

    /** The whole body is the one input; its first free dimension follows from the number of bytes. */
    private Map<String, Tensor> raw(LoadedModel model) {
        List<TensorSpec> specs = model.engine().inputs();
        TensorSpec spec = specs.get(0);
        List<Long> shape = new ArrayList<>(spec.shape());
        long known = Datatype.named(Datatype.label(spec.dtype()), "Input " + spec.name())
                .type()
                .bytes();
        for (long size : shape) {
            known *= Math.max(1, size);
        }
        long free = shape.stream().filter(size -> size < 0).count();
        if (specs.size() != 1 || free > 1 || length % known != 0 || (free == 0 && length != known)) {
            throw ServeException.invalid(model.name()
                    + ": expected a model of one input with at most one free dimension and bytes that fit it, found "
                    + specs.size() + " inputs, " + spec.shapeText() + " and " + length + " bytes.");
        }
        long rows = length / known;
        shape.replaceAll(size -> size < 0 ? rows : size);
        return Map.of(
                spec.name(),
                new Tensor(
                        Datatype.named(Datatype.label(spec.dtype()), spec.name())
                                .type(),
                        shape,
                        ByteBuffer.wrap(body, 0, length)));
    }

    /** What it asks for of the outputs. */
    Map<String, WantedOutput> wanted(LoadedModel model) {
        boolean all = parameters.flag("binary_data_output").orElse(raw);
        List<WantedOutput> named = outputs.stream()
                .map(each -> new WantedOutput(
                        each.name(),
                        each.parameters()
                                .number("classification")
                                .map(k -> (int) Math.min(Integer.MAX_VALUE, Math.max(-1, k)))
                                .orElse(0),
                        each.parameters().flag("binary_data").orElse(all)))
                .toList();
        return WantedOutput.of(named, model, all);
    }
}
