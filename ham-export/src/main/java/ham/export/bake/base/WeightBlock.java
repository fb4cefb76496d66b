package ham.export.bake.base;

import java.util.Optional;

/**
 * The part of a base's tensor that a delta is added to.
 *
 * @param tensor name in the base
 * @param firstRow first row of the part
 * @param rows its rows: outputs of the layer
 * @param columns its columns: inputs of the layer; 1 for a bias
 * @param place the layer that it belongs to, where the name tells
 */
public record WeightBlock(String tensor, int firstRow, int rows, int columns, Optional<LayerPlace> place) {

    public boolean isBias() {
        return columns == 1;
    }

    /** Its first row alone. */
    public WeightBlock firstRowOnly() {
        return new WeightBlock(tensor, firstRow, 1, columns, place);
    }
}
