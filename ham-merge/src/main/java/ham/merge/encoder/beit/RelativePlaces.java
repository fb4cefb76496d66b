package ham.merge.encoder.beit;

import ham.merge.encoder.ImageTrunk;

/**
 * Which row of a table belongs to two tokens: one for every distance of two patches, down by across, and three for the class token, as it looks at
 * patches, as they look at it, and as it looks at itself.
 */
final class RelativePlaces {
    /** Rows of the class token, behind those of distances. */
    private static final int CLASS_ROWS = 3;

    private final ImageTrunk trunk;

    RelativePlaces(ImageTrunk trunk) {
        this.trunk = trunk;
    }

    private static int distances(int grid) {
        return 2 * grid - 1;
    }

    private int nativeGrid() {
        return trunk.nativeSide() / trunk.patch();
    }

    /** Rows of the tables that were learnt. */
    long rows() {
        return rows(nativeGrid());
    }

    /** Rows of a table for images of the size that goes in. */
    long rowsOfSide() {
        return rows(trunk.grid());
    }

    private static long rows(int grid) {
        return (long) distances(grid) * distances(grid) + CLASS_ROWS;
    }

    /** The row of tokens i and j at {@code i t + j}. */
    int[] ofTokens() {
        int grid = trunk.grid();
        int across = distances(grid);
        int first = across * across;
        int tokens = 1 + grid * grid;
        int[] rows = new int[tokens * tokens];
        for (int i = 1; i < tokens; i++) {
            for (int j = 1; j < tokens; j++) {
                int down = (i - 1) / grid - (j - 1) / grid + grid - 1;
                int right = (i - 1) % grid - (j - 1) % grid + grid - 1;
                rows[i * tokens + j] = down * across + right;
            }
        }
        for (int patch = 1; patch < tokens; patch++) {
            rows[patch] = first;
            rows[patch * tokens] = first + 1;
        }
        rows[0] = first + 2;
        return rows;
    }

    /**
     * A table for images of the size that goes in: distances interpolated linearly both ways, as transformers does; the rows of the class token stay.
     *
     * @param table [rows, heads]
     */
    float[] resized(float[] table) {
        int heads = trunk.heads();
        int from = distances(nativeGrid());
        int to = distances(trunk.grid());
        float[] result = new float[(to * to + CLASS_ROWS) * heads];
        for (int y = 0; y < to; y++) {
            for (int x = 0; x < to; x++) {
                double down = at(y, from, to);
                double right = at(x, from, to);
                for (int head = 0; head < heads; head++) {
                    double above = between(table, (int) down, right, from, head);
                    double below = between(table, Math.min((int) down + 1, from - 1), right, from, head);
                    result[(y * to + x) * heads + head] = (float) (above + (down - (int) down) * (below - above));
                }
            }
        }
        int kept = table.length - CLASS_ROWS * heads;
        System.arraycopy(table, kept, result, to * to * heads, CLASS_ROWS * heads);
        return result;
    }

    /** The old place of a new one, as PyTorch has it for {@code align_corners=False}; not before the first. */
    private static double at(int place, int from, int to) {
        return Math.max(0, (place + 0.5) * from / to - 0.5);
    }

    private double between(float[] table, int row, double right, int from, int head) {
        int left = (int) right;
        double first = table[(row * from + left) * trunk.heads() + head];
        double second = table[(row * from + Math.min(left + 1, from - 1)) * trunk.heads() + head];
        return first + (right - left) * (second - first);
    }
}
