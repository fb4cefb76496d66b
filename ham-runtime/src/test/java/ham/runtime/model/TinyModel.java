package ham.runtime.model;

import ham.runtime.classify.Labels;
import ham.runtime.preprocess.Preprocessing;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ONNX classifiers of one product, written field by field (numbers of onnx.proto): logit c of an image is
 * {@code (c + 1) * (r * mean(R) + g * mean(G) + b * mean(B))} with weights r, g, b.
 */
public final class TinyModel {
    private TinyModel() {}

    /** The same on uint8 pixels [batch, height, width, 3] of any size. */
    public static byte[] ofPixels(int classes, String prefix, float... rgb) {
        Message shape = new Message();
        for (String name : List.of("batch", "height", "width")) {
            shape.block(1, new Message().text(2, name));
        }
        shape.block(1, new Message().number(1, 3));
        Message tensor = new Message().number(1, 2).block(2, shape);
        Message input = new Message().text(1, "pixels").block(2, new Message().block(1, tensor));
        Message toFloat = new Message().text(1, "to").number(3, 1).number(20, 2);
        Message order = new Message().text(1, "perm").number(20, 7);
        for (int axis : new int[] {0, 3, 1, 2}) {
            order.number(8, axis);
        }
        return model(
                2,
                new Message()
                        .block(1, node("Cast", List.of("pixels"), "floats").block(5, toFloat))
                        .block(
                                1,
                                node("Transpose", List.of("floats"), "pixel_values")
                                        .block(5, order)),
                input,
                prefix,
                weights(classes, rgb));
    }

    /**
     * The same on images of one size.
     *
     * @param type number of the element type in onnx.proto: 1 float32, 2 uint8, 10 float16
     * @param last whether the channels come last
     */
    public static byte[] ofImages(int type, boolean last, int side, int classes, float... rgb) {
        Message toFloat = new Message().text(1, "to").number(3, 1).number(20, 2);
        Message order = new Message().text(1, "perm").number(20, 7);
        for (int axis : last ? new int[] {0, 3, 1, 2} : new int[] {0, 1, 2, 3}) {
            order.number(8, axis);
        }
        return model(
                side,
                new Message()
                        .block(1, node("Cast", List.of("image"), "floats").block(5, toFloat))
                        .block(
                                1,
                                node("Transpose", List.of("floats"), "pixel_values")
                                        .block(5, order)),
                last ? value(type, "image", side, side, 3) : value(type, "image", 3, side, side),
                "class",
                weights(classes, rgb));
    }

    /** A classifier whose logits go through operators of one input, the last of which gives the output. */
    public static byte[] ending(int side, int classes, List<String> operators, float... rgb) {
        Message nodes = new Message();
        String from = "logits";
        for (int i = 0; i < operators.size(); i++) {
            String to = i == operators.size() - 1 ? "scores" : "value" + i;
            nodes.block(1, node(operators.get(i), List.of(from), to));
            from = to;
        }
        return model(
                side, nodes, value("pixel_values", 3, side, side), "class", weights(classes, rgb), List.of("scores"));
    }

    /** A classifier that gives what it pooled before its logits. */
    public static byte[] pooledFirst(int side, int classes, float... rgb) {
        return model(
                side,
                new Message(),
                value("pixel_values", 3, side, side),
                "class",
                weights(classes, rgb),
                List.of("flat", "logits"));
    }

    /** A classifier with metadata whose labels are a prefix and a number from 0 */
    public static byte[] classifier(int side, int classes, String prefix, float... rgb) {
        return model(side, new Message(), value("pixel_values", 3, side, side), prefix, weights(classes, rgb));
    }

    private static float[] weights(int classes, float... rgb) {
        float[] weights = new float[3 * classes];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i % classes + 1) * rgb[i / classes];
        }
        return weights;
    }

    /** The same with weights that are 1 for one class and 0 for the others. */
    public static byte[] peaked(int side, int classes, String prefix, int peak) {
        float[] weights = new float[3 * classes];
        for (int i = peak; i < weights.length; i += classes) {
            weights[i] = 1;
        }
        return model(side, new Message(), value("pixel_values", 3, side, side), prefix, weights);
    }

    /** The graph begins with nodes that make float32 [batch, 3, height, width] of the input, if it is not that already. */
    private static byte[] model(int side, Message nodes, Message input, String prefix, float[] weights) {
        return model(side, nodes, input, prefix, weights, List.of("logits"));
    }

    private static byte[] model(
            int side, Message nodes, Message input, String prefix, float[] weights, List<String> outputs) {
        int classes = weights.length / 3;
        Message tail = outputs.contains("scores") ? nodes : new Message();
        Message graph = (outputs.contains("scores") ? new Message() : nodes)
                .block(1, node("GlobalAveragePool", List.of("pixel_values"), "pooled"))
                .block(1, node("Flatten", List.of("pooled"), "flat"))
                .block(1, node("MatMul", List.of("flat", "weights"), "logits"))
                .append(tail)
                .text(2, "g")
                .block(5, initializer(classes, weights))
                .block(11, input);
        outputs.forEach(name -> graph.block(12, value(name, name.equals("flat") ? 3 : classes)));
        List<String> labels =
                IntStream.range(0, classes).mapToObj(i -> prefix + i).toList();
        return new Message()
                .number(1, 8)
                .block(7, graph)
                .block(8, new Message().number(2, 17))
                .block(14, entry(Labels.METADATA_KEY, Labels.toJson(labels)))
                .block(
                        14,
                        entry(
                                Preprocessing.METADATA_KEY,
                                Preprocessing.vitDefault(side).toJson()))
                .bytes();
    }

    private static Message initializer(int classes, float[] weights) {
        ByteBuffer data = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(weights);
        return new Message()
                .number(1, 3)
                .number(1, classes)
                .number(2, 1)
                .text(8, "weights")
                .raw(9, data.array());
    }

    private static Message node(String operator, List<String> inputs, String output) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        return node.text(2, output).text(4, operator);
    }

    private static Message value(String name, int... sizes) {
        return value(1, name, sizes);
    }

    private static Message value(int type, String name, int... sizes) {
        Message shape = new Message().block(1, new Message().text(2, "batch"));
        for (int size : sizes) {
            shape.block(1, new Message().number(1, size));
        }
        Message tensor = new Message().number(1, type).block(2, shape);
        return new Message().text(1, name).block(2, new Message().block(1, tensor));
    }

    private static Message entry(String key, String value) {
        return new Message().text(1, key).text(2, value);
    }

    /** A protobuf message that grows field by field. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, int value) {
            varint(field << 3);
            varint(value);
            return this;
        }

        Message append(Message other) {
            out.writeBytes(other.bytes());
            return this;
        }

        Message block(int field, Message body) {
            return raw(field, body.bytes());
        }

        Message text(int field, String text) {
            return raw(field, text.getBytes(StandardCharsets.UTF_8));
        }

        Message raw(int field, byte[] body) {
            varint(field << 3 | 2);
            varint(body.length);
            out.writeBytes(body);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(int value) {
            int rest = value;
            while (rest > 127) {
                out.write((rest & 127) | 128);
                rest >>= 7;
            }
            out.write(rest);
        }
    }
}
