package ham.bench.figures;

/**
 * A row of the README's table.
 *
 * @param measured what was measured
 * @param ham what ham took
 * @param against what else was measured in the same run, or why it was not
 * @param command what ham was measured with
 */
record Figure(String measured, String ham, String against, String command) {
    String markdown() {
        return "| " + measured + " | " + ham + " | " + against + " | " + command + " |";
    }
}
