package ham.export.bake.base;

import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Scratch;
import ham.merge.InputException;
import ham.merge.encoder.Part;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.ShardedTensors;
import ham.merge.safetensors.TensorHash;
import ham.merge.safetensors.TensorInfo;
import ham.merge.safetensors.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Weights from a safetensors file, or from a folder with {@code model.safetensors} or its shards, under the names of Hugging Face or timm. No
 * configuration is asked for: the graph need not be one that ham can build.
 */
public final class SafetensorsWeights implements BaseWeights {

    private static final String FILE = "model.safetensors";
    private static final String INDEX = FILE + ".index.json";
    private static final List<String> CLASSIFIERS = List.of("classifier.weight", "head.weight");
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";
    private static final int THIRDS = 3;

    private final Path path;
    private final Tensors file;
    private final Map<LayerPlace, String> weights;
    private final Map<LayerPlace, String> biases;
    private final Map<String, Optional<LayerPlace>> told = new HashMap<>();
    private final Scratch scratch = new Scratch();

    private SafetensorsWeights(Path path, Tensors file) {
        this.path = path;
        this.file = file;
        this.weights = places(WEIGHT);
        this.biases = places(BIAS);
    }

    /**
     * Opens weights.
     *
     * @throws InputException if there is no readable safetensors file
     */
    public static SafetensorsWeights open(Path path) {
        Path index = path.resolve(INDEX);
        if (Files.exists(index) && !Files.exists(path.resolve(FILE))) {
            return new SafetensorsWeights(path, ShardedTensors.open(index));
        }
        return new SafetensorsWeights(path, SafetensorsFile.open(Files.isDirectory(path) ? path.resolve(FILE) : path));
    }

    private Map<LayerPlace, String> places(String suffix) {
        Map<LayerPlace, String> places = new HashMap<>();
        for (String name : file.names()) {
            if (name.endsWith(suffix)) {
                told(name).filter(place -> place.part().isPresent()).ifPresent(place -> {
                    String other = places.put(place, name);
                    if (other != null) {
                        throw new InputException(
                                file.path(),
                                "expected one tensor for " + place.text() + ", found '" + other + "' and '" + name
                                        + "'");
                    }
                });
            }
        }
        return places;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Optional<WeightBlock> find(String delta) {
        if (file.has(delta)) {
            return whole(delta);
        }
        boolean bias = delta.endsWith(BIAS);
        if (!bias && file.has(delta + WEIGHT)) {
            return whole(delta + WEIGHT);
        }
        return LayerPlace.find(delta)
                .flatMap(place -> place.part().flatMap(part -> at(bias ? biases : weights, place.block(), part)));
    }

    /** The place that a tensor's name tells. */
    private Optional<LayerPlace> told(String tensor) {
        return told.computeIfAbsent(tensor, LayerPlace::find);
    }

    private Optional<WeightBlock> at(Map<LayerPlace, String> places, int block, Part part) {
        LayerPlace place = new LayerPlace(block, Optional.of(part));
        String own = places.get(place);
        if (own != null) {
            return whole(own);
        }
        String fused = places.get(new LayerPlace(block, Optional.of(Part.QKV)));
        if (fused == null || part.third() < 0) {
            return Optional.empty();
        }
        return whole(fused).map(whole -> {
            int rows = whole.rows() / THIRDS;
            if (rows * THIRDS != whole.rows()) {
                throw new InputException(
                        file.path(),
                        "tensor '" + fused + "': expected rows for query, key and value, found " + whole.rows());
            }
            return new WeightBlock(fused, part.third() * rows, rows, whole.columns(), Optional.of(place));
        });
    }

    private Optional<WeightBlock> whole(String tensor) {
        TensorInfo info = file.info(tensor);
        long rows = info.shape().isEmpty() ? 1 : info.shape().get(0);
        if (info.elements() == 0
                || info.elements() > Integer.MAX_VALUE
                || format(info.dtype()).isEmpty()) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensor + "': expected float32, float16 or bfloat16 weights, found " + info.dtype()
                            + " of shape " + info.shape());
        }
        return Optional.of(new WeightBlock(tensor, 0, (int) rows, (int) (info.elements() / rows), told(tensor)));
    }

    @Override
    public float[] values(WeightBlock block) {
        TensorInfo info = file.info(block.tensor());
        ElementFormat format = format(info.dtype()).orElseThrow();
        float[] values = scratch.floats(block.rows() * block.columns());
        int[] done = {0};
        file.read(
                block.tensor(),
                (long) block.firstRow() * block.columns() * format.bytes(),
                (long) values.length * format.bytes(),
                piece -> {
                    int count = piece.remaining() / format.bytes();
                    format.decode(piece, values, done[0]);
                    done[0] += count;
                });
        return values;
    }

    private static Optional<ElementFormat> format(DType dtype) {
        return switch (dtype) {
            case F32 -> Optional.of(ElementFormat.FLOAT);
            case F16 -> Optional.of(ElementFormat.FLOAT16);
            case BF16 -> Optional.of(ElementFormat.BFLOAT16);
            default -> Optional.empty();
        };
    }

    @Override
    public List<WeightBlock> alike(WeightBlock block) {
        List<WeightBlock> alike = new ArrayList<>();
        for (String name : file.names()) {
            TensorInfo info = file.info(name);
            boolean fits = format(info.dtype()).isPresent()
                    && info.elements() > 0
                    && info.elements() % ((long) block.rows() * block.columns()) == 0
                    && (info.shape().size() == 1) == block.isBias()
                    && (block.isBias() || info.elements() / info.shape().get(0) == block.columns());
            for (int first = 0; fits && first < info.shape().get(0); first += block.rows()) {
                if (!name.equals(block.tensor()) || first != block.firstRow()) {
                    alike.add(new WeightBlock(name, first, block.rows(), block.columns(), told(name)));
                }
            }
        }
        return alike;
    }

    @Override
    public Optional<WeightBlock> classifier() {
        return CLASSIFIERS.stream().filter(file::has).findFirst().flatMap(this::whole);
    }

    @Override
    public String sha256() {
        return TensorHash.sha256(file);
    }
}
