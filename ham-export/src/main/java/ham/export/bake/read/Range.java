package ham.export.bake.read;

/**
 * Bytes of a file.
 *
 * @param start position of the first
 * @param end position behind the last
 */
public record Range(long start, long end) {
    public long length() {
        return end - start;
    }
}
