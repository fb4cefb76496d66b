package ham.merge.encoder;

/**
 * Where a weight or bias lies in a checkpoint: a whole tensor, or some rows of a fused one.
 *
 * @param name what a delta of it is called: the tensor's own name when it is whole, otherwise the part's Hugging Face name
 * @param tensor name of the tensor
 * @param firstRow first row, from 0
 * @param rows number of rows
 * @param whole whether these are all rows
 */
public record Place(String name, String tensor, int firstRow, int rows, boolean whole) {
    /** Whether the two share rows. */
    public boolean overlaps(Place other) {
        return tensor.equals(other.tensor)
                && firstRow < other.firstRow + other.rows
                && other.firstRow < firstRow + rows;
    }

    /** The place in words: the tensor, and the rows of it unless it is whole. */
    @Override
    public String toString() {
        return whole ? tensor : tensor + " rows " + firstRow + ".." + (firstRow + rows - 1);
    }
}
