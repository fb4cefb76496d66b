package ham.serve.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import ham.runtime.tensor.Tensor;
import ham.serve.batch.Outcome;
import ham.serve.protocol.Datatype;
import ham.serve.repository.LoadedModel;
import ham.serve.service.WantedOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to {@code infer}.
 *
 * @param json its JSON
 * @param binary tensors behind it, in the order of the outputs
 */
@SuppressWarnings("ArrayRecordComponent")
record InferAnswer(byte[] json, List<ByteBuffer> binary) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Writes it. */
    static InferAnswer of(
            LoadedModel model, String id, Optional<String> adapter, Outcome outcome, Map<String, WantedOutput> wanted) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        List<ByteBuffer> binary = new ArrayList<>();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("model_name", model.name());
            json.writeStringField("model_version", Long.toString(model.version()));
            if (!id.isEmpty()) {
                json.writeStringField("id", id);
            }
            if (adapter.isPresent()) {
                json.writeObjectFieldStart("parameters");
                json.writeStringField("adapter", adapter.get());
                json.writeEndObject();
            }
            json.writeArrayFieldStart("outputs");
            for (WantedOutput each : wanted.values()) {
                output(
                        json,
                        each,
                        outcome.outputs().get(each.name()),
                        model.labels(adapter).orElse(List.of()),
                        binary);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("memory is always writable", e);
        }
        return new InferAnswer(out.toByteArray(), binary);
    }

    private static void output(
            JsonGenerator json, WantedOutput wanted, Tensor tensor, List<String> labels, List<ByteBuffer> binary)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("name", wanted.name());
        if (wanted.classes() > 0) {
            classes(json, wanted, tensor, labels, binary);
        } else {
            json.writeStringField("datatype", Datatype.of(tensor.type()).name());
            shape(json, tensor.shape());
            if (wanted.binary()) {
                behind(json, tensor.data(), binary);
            } else {
                json.writeArrayFieldStart("data");
                numbers(json, tensor);
                json.writeEndArray();
            }
        }
        json.writeEndObject();
    }

    private static void classes(
            JsonGenerator json, WantedOutput wanted, Tensor tensor, List<String> labels, List<ByteBuffer> binary)
            throws IOException {
        List<List<String>> rows = wanted.best(tensor, labels);
        List<Long> shape = new ArrayList<>(tensor.shape());
        shape.set(shape.size() - 1, (long) (rows.isEmpty() ? 0 : rows.get(0).size()));
        json.writeStringField("datatype", "BYTES");
        shape(json, shape);
        if (wanted.binary()) {
            behind(json, strings(rows), binary);
            return;
        }
        json.writeArrayFieldStart("data");
        for (List<String> row : rows) {
            for (String each : row) {
                json.writeString(each);
            }
        }
        json.writeEndArray();
    }

    /** Every text behind its length in four bytes. */
    static ByteBuffer strings(List<List<String>> rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (List<String> row : rows) {
            for (String each : row) {
                byte[] text = each.getBytes(StandardCharsets.UTF_8);
                out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(text.length)
                        .array());
                out.writeBytes(text);
            }
        }
        return ByteBuffer.wrap(out.toByteArray());
    }

    private static void shape(JsonGenerator json, List<Long> shape) throws IOException {
        json.writeArrayFieldStart("shape");
        for (long size : shape) {
            json.writeNumber(size);
        }
        json.writeEndArray();
    }

    private static void behind(JsonGenerator json, ByteBuffer data, List<ByteBuffer> binary) throws IOException {
        json.writeObjectFieldStart("parameters");
        json.writeNumberField("binary_data_size", data.remaining());
        json.writeEndObject();
        binary.add(data);
    }

    private static void numbers(JsonGenerator json, Tensor tensor) throws IOException {
        switch (tensor.type()) {
            case FLOAT32, FLOAT16, BFLOAT16 -> {
                for (float each : tensor.floats()) {
                    json.writeNumber(each);
                }
            }
            case FLOAT64 -> {
                ByteBuffer data = tensor.data();
                while (data.hasRemaining()) {
                    json.writeNumber(data.getDouble());
                }
            }
            case BOOL -> {
                for (long each : tensor.longs()) {
                    json.writeBoolean(each != 0);
                }
            }
            default -> {
                for (long each : tensor.longs()) {
                    json.writeNumber(each);
                }
            }
        }
    }

    /** Bytes in all. */
    long length() {
        return json.length + binary.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /** All of it, one behind the other. */
    ByteBuffer bytes() {
        if (binary.isEmpty()) {
            return ByteBuffer.wrap(json);
        }
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(length())).put(json);
        binary.forEach(each -> all.put(each.duplicate()));
        return all.flip();
    }
}
