package ham.export.bake;

/**
 * Bytes of a file.
 *
 * @param start position of the first
 * @param end position behind the last
 */
record Range(long start, long end) {
    long length() {
        return end - start;
    }
}
