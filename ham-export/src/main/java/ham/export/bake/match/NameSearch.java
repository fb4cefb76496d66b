package ham.export.bake.match;

import ham.export.bake.base.LayerPlace;
import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import ham.merge.encoder.Part;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Optional;

/** Finds weights by the names of initializers, in graphs that keep the checkpoint's names and layout, as ham's own do. */
public final class NameSearch implements Search {

    private static final String WEIGHT = ".weight";
    private static final List<String> CLASSIFIERS = List.of("classifier.weight", "head.weight");
    private static final String ADVICE = "; give the checkpoint that the graph was exported from as weights";

    private final ModelIndex model;
    private final Uses uses;
    private final Chooser chooser;

    public NameSearch(ModelIndex model, Uses uses, Chooser chooser) {
        this.model = model;
        this.uses = uses;
        this.chooser = chooser;
    }

    @Override
    public List<Match> find(String layer, Matrix delta) {
        boolean bias = layer.endsWith(".bias");
        List<TensorEntry> named = model.tensors().stream()
                .filter(tensor ->
                        tensor.name().equals(layer) || (!bias && tensor.name().equals(layer + WEIGHT)))
                .toList();
        Optional<LayerPlace> place = LayerPlace.find(layer);
        if (named.isEmpty()) {
            named = model.tensors().stream()
                    .filter(tensor -> tensor.name().endsWith(bias ? ".bias" : WEIGHT))
                    .filter(tensor -> covers(LayerPlace.find(tensor.name()), place))
                    .toList();
        }
        if (named.size() != 1) {
            throw new InputException(
                    model.file().path(),
                    "layer '" + layer + "': expected one initializer of that name, found "
                            + (named.isEmpty()
                                    ? "none"
                                    : named.stream().map(TensorEntry::name).toList())
                            + ADVICE);
        }
        return chooser.choose(
                layer,
                List.of(new PossiblePlace(
                        placement(layer, named.get(0), place, delta), Likeness.exact("the initializer's name"))),
                () -> true);
    }

    private static boolean covers(Optional<LayerPlace> holder, Optional<LayerPlace> wanted) {
        if (holder.isEmpty() || wanted.isEmpty()) {
            return false;
        }
        Optional<Part> part = holder.get().part();
        return holder.get().block() == wanted.get().block()
                && part.isPresent()
                && wanted.get().part().filter(part.get()::covers).isPresent();
    }

    private Placement placement(String layer, TensorEntry tensor, Optional<LayerPlace> place, Matrix delta) {
        boolean fused = LayerPlace.find(tensor.name())
                .flatMap(LayerPlace::part)
                .filter(Part.QKV::equals)
                .isPresent();
        int third = fused ? place.flatMap(LayerPlace::part).map(Part::third).orElse(-1) : -1;
        int first = Math.max(0, third) * delta.rows();
        long rows = (long) delta.rows() * (third < 0 ? 1 : 3);
        List<Long> expected = delta.columns() == 1 && tensor.dims().size() == 1
                ? List.of(rows)
                : List.of(rows, (long) delta.columns());
        if (ElementFormat.of(tensor.dataType()).isEmpty() || !tensor.dims().equals(expected)) {
            throw new InputException(
                    model.file().path(),
                    "layer '" + layer + "': expected the initializer '" + tensor.name()
                            + "' to be float weights of shape " + expected + ", found " + tensor.dims()
                            + " of ONNX type " + tensor.dataType() + ADVICE);
        }
        if (uses.of(tensor.name()).stream().anyMatch(use -> use.layout() == Use.Layout.TRANSPOSED)) {
            throw new InputException(
                    model.file().path(),
                    "layer '" + layer + "': expected the initializer '" + tensor.name()
                            + "' as stored in the checkpoint [out, in], found that its node takes it as [in, out]"
                            + ADVICE);
        }
        WeightBlock block = new WeightBlock(tensor.name(), first, delta.rows(), delta.columns(), place);
        return new Placement(tensor, Math.toIntExact(rows), delta.columns(), false, first, block);
    }

    @Override
    public float[] base(Match match) {
        return Content.block(match.placement());
    }

    @Override
    public List<Placement> classifier() {
        return model.tensors().stream()
                .filter(tensor ->
                        CLASSIFIERS.contains(tensor.name()) && tensor.dims().size() == 2)
                .map(tensor -> new WeightBlock(
                        tensor.name(),
                        0,
                        Math.toIntExact(tensor.dims().get(0)),
                        Math.toIntExact(tensor.dims().get(1)),
                        Optional.empty()))
                .flatMap(block -> model.tensors().stream()
                        .filter(tensor -> tensor.name().equals(block.tensor()))
                        .map(tensor -> new Placement(tensor, block.rows(), block.columns(), false, 0, block)))
                .toList();
    }
}
