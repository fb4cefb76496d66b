package ham.export.form;

import com.google.protobuf.ByteString;
import ham.export.graph.Attributes;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.TensorProto.DataType;
import ham.merge.InputException;
import ham.runtime.image.Resample;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Writes a {@link Preprocessing} as nodes: uint8 [batch, height, width, 3] to the numbers that the model takes.
 *
 * <p>Resizing works on bytes and gives bytes, as Pillow does; then every byte is looked up in a table of the very numbers that
 * {@link Preprocessing} makes of it, so that both ways differ at most where the resized bytes do. Needs operator set 18, whose Resize has
 * {@code antialias}.
 */
final class PixelInput {
    private final Nodes nodes;
    private final Preprocessing preprocessing;

    PixelInput(Nodes nodes, Preprocessing preprocessing) {
        this.nodes = nodes;
        this.preprocessing = preprocessing;
    }

    /**
     * Adds the nodes.
     *
     * @param images name of the uint8 input
     * @param output name of what the model reads
     * @param type its element type
     * @throws InputException when the preprocessing asks for what a graph cannot do
     */
    void write(String images, String output, DataType type) {
        String planes = nodes.add("Transpose", "planes", List.of(images), Attributes.integers("perm", 0, 3, 1, 2));
        String index = nodes.add("Cast", "index", List.of(cropped(resized(planes))), to(DataType.INT32));
        String offsets = nodes.integers("channels", List.of(1L, 3L, 1L, 1L), 0, 256, 512);
        String entries = nodes.add("Add", "entries", List.of(index, offsets));
        String table = nodes.floats("table", List.of(768L), table());
        if (type == DataType.FLOAT) {
            nodes.addAs("Gather", output, List.of(table, entries), Attributes.integer("axis", 0));
        } else {
            String values = nodes.add("Gather", "values", List.of(table, entries), Attributes.integer("axis", 0));
            nodes.addAs("Cast", output, List.of(values), to(type));
        }
    }

    static AttributeProto to(DataType type) {
        return Attributes.integer("to", type.getNumber());
    }

    private String resized(String planes) {
        Resizing resizing = preprocessing.resizing();
        if (resizing instanceof Resizing.Exact exact) {
            return resize(planes, nodes.integers("size", exact.height(), exact.width()));
        }
        if (resizing instanceof Resizing.ShortestEdge edge) {
            String size = size("resize.size", planes);
            String shortest =
                    nodes.add("ReduceMin", "resize.shortest", List.of(size), Attributes.integer("keepdims", 1));
            String scaled = nodes.add("Mul", "resize.scaled", List.of(size, nodes.integers("edge", edge.pixels())));
            return resize(planes, nodes.add("Div", "resize.sizes", List.of(scaled, shortest)));
        }
        return planes;
    }

    /** Height and width as an int64 vector. */
    private String size(String name, String planes) {
        return nodes.add("Shape", name, List.of(planes), Attributes.integer("start", 2), Attributes.integer("end", 4));
    }

    /** Gives all four sizes, because not every version of ONNX Runtime optimises a Resize of some axes rightly. */
    private String resize(String planes, String sizes) {
        String others = nodes.add(
                "Shape",
                "resize.others",
                List.of(planes),
                Attributes.integer("start", 0),
                Attributes.integer("end", 2));
        String all = nodes.add("Concat", "resize.all", List.of(others, sizes), Attributes.integer("axis", 0));
        List<AttributeProto> attributes = new ArrayList<>(List.of(
                text("coordinate_transformation_mode", "half_pixel"),
                Attributes.integer("antialias", 1),
                Attributes.integer("exclude_outside", 1)));
        switch (preprocessing.resample()) {
            case BILINEAR -> attributes.add(text("mode", "linear"));
            case BICUBIC -> {
                attributes.add(text("mode", "cubic"));
                attributes.add(Attributes.decimal("cubic_coeff_a", -0.5f));
            }
            default -> throw refused(preprocessing.resample());
        }
        return nodes.add("Resize", "resized", List.of(planes, "", "", all), attributes.toArray(AttributeProto[]::new));
    }

    private static InputException refused(Resample filter) {
        return InputException.parameter(
                "input",
                "expected a preprocessing that resizes by bilinear or bicubic"
                        + " interpolation, as ONNX's Resize does exactly, found "
                        + filter.name().toLowerCase(Locale.ROOT)
                        + "; uint8 images cannot be taken then, export with the float input");
    }

    static AttributeProto text(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    private String cropped(String planes) {
        if (preprocessing.crop() == Crop.NONE) {
            return planes;
        }
        requireRoom();
        String crop = nodes.integers("crop", preprocessing.height(), preprocessing.width());
        String margin = nodes.add("Sub", "crop.margin", List.of(size("crop.size", planes), crop));
        String start = preprocessing.crop() == Crop.CENTER ? halfDown(margin) : halfEven(margin);
        String end = nodes.add("Add", "crop.end", List.of(start, crop));
        return nodes.add("Slice", "cropped", List.of(planes, start, end, nodes.integers("crop.axes", 2, 3)));
    }

    private String halfDown(String margin) {
        return nodes.add("Div", "crop.start", List.of(margin, nodes.integers("two", 2)));
    }

    private String halfEven(String margin) {
        String number = nodes.add("Cast", "crop.number", List.of(margin), to(DataType.FLOAT));
        String half = nodes.add("Mul", "crop.half", List.of(number, nodes.floats("half", List.of(), 0.5f)));
        return nodes.add(
                "Cast", "crop.start", List.of(nodes.add("Round", "crop.even", List.of(half))), to(DataType.INT64));
    }

    /** An image that comes out of the resizing too small has no middle of that size. */
    private void requireRoom() {
        Resizing resizing = preprocessing.resizing();
        if (resizing instanceof Resizing.EdgeRange) {
            throw InputException.parameter(
                    "input",
                    "expected a preprocessing whose resizing bounds no longest edge for uint8, found one that does; export"
                            + " with the float input");
        }
        int smallest = resizing instanceof Resizing.ShortestEdge edge
                ? edge.pixels()
                : resizing instanceof Resizing.Exact exact
                        ? Math.min(exact.height(), exact.width())
                        : Integer.MAX_VALUE;
        if (Math.max(preprocessing.height(), preprocessing.width()) > smallest) {
            throw InputException.parameter(
                    "input",
                    "expected a crop of at most the resized " + smallest
                            + " pixels, found " + preprocessing.height() + "x" + preprocessing.width()
                            + "; uint8 images cannot be taken then, export with the float input");
        }
    }

    /** What {@link Preprocessing#normalize} makes of every byte in every channel: [3 * 256]. */
    private float[] table() {
        float[] table = new float[768];
        IntStream.range(0, 256).forEach(pixel -> {
            for (int channel = 0; channel < 3; channel++) {
                table[256 * channel + pixel] = preprocessing.normalized(pixel, channel);
            }
        });
        return table;
    }
}
