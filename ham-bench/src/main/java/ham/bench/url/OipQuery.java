package ham.bench.url;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.runtime.text.TokenBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A request that is ready to be sent: random values, as bytes behind the JSON.
 *
 * @param model who is asked
 * @param rows images or texts that it holds: the first dimension of the first input
 * @param header bytes of JSON
 * @param body JSON and tensors
 */
@SuppressWarnings("ArrayRecordComponent")
record OipQuery(String model, int rows, int header, byte[] body) {
    /**
     * Makes one.
     *
     * @param rows size of every input's first dimension where that is free
     * @param tokens of a text, where a model takes them in any number
     * @throws InputException if another dimension is free, or a type is not one of numbers
     */
    static OipQuery random(OipClient.Model model, int rows, int tokens, SplittableRandom random) {
        ObjectNode json = JsonMapper.builder().build().createObjectNode();
        ArrayNode inputs = json.putArray("inputs");
        List<ByteBuffer> data = new ArrayList<>();
        int sent = Math.toIntExact(model.fixedRows().orElse(rows));
        for (OipClient.Tensor tensor : model.inputs()) {
            List<Long> shape = new ArrayList<>(tensor.shape());
            if (!shape.isEmpty() && shape.get(0) < 0) {
                shape.set(0, (long) rows);
            }
            if (shape.size() == 2 && shape.get(1) < 0 && model.takesTokens()) {
                shape.set(1, (long) tokens);
            }
            if (shape.stream().anyMatch(size -> size < 0)) {
                throw InputException.parameter(
                        "url",
                        "expected inputs whose first dimension alone is free, or tokens of texts, found "
                                + tensor.name() + " " + tensor.shape());
            }
            ByteBuffer bytes = values(tensor, shape, random);
            data.add(bytes);
            ObjectNode input = inputs.addObject().put("name", tensor.name()).put("datatype", tensor.datatype());
            shape.forEach(input.putArray("shape")::add);
            input.putObject("parameters").put("binary_data_size", bytes.remaining());
        }
        json.putObject("parameters").put("binary_data_output", true);
        byte[] header = json.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(
                header.length + data.stream().mapToInt(ByteBuffer::remaining).sum());
        body.put(header);
        data.forEach(body::put);
        return new OipQuery(model.name(), sent, header.length, body.array());
    }

    private static ByteBuffer values(OipClient.Tensor tensor, List<Long> shape, SplittableRandom random) {
        int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        int size =
                switch (tensor.datatype()) {
                    case "FP32" -> 4;
                    case "UINT8" -> 1;
                    case "INT64" -> 8;
                    case "INT32" -> 4;
                    default ->
                        throw InputException.parameter(
                                "url",
                                "expected inputs of FP32, UINT8, INT32 or INT64, found " + tensor.name() + " of "
                                        + tensor.datatype());
                };
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(count, size)).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            switch (tensor.datatype()) {
                case "FP32" -> bytes.putFloat((float) random.nextDouble(-1, 1));
                case "UINT8" -> bytes.put((byte) random.nextInt(256));
                case "INT64" -> bytes.putLong(integer(tensor.name(), random));
                default -> bytes.putInt(integer(tensor.name(), random));
            }
        }
        return bytes.flip();
    }

    /** Nothing of a text is padding, and all of it is its first segment; other numbers are of any vocabulary. */
    private static int integer(String input, SplittableRandom random) {
        return switch (input) {
            case TokenBatch.MASK -> 1;
            case TokenBatch.TYPES -> 0;
            default -> random.nextInt(2);
        };
    }
}
