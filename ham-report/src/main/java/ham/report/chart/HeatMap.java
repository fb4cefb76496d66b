package ham.report.chart;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A matrix in shades: of blue for positive and of orange for negative values, the stronger the larger.
 *
 * @param title what the matrix holds
 * @param unit of its values
 * @param row what a row is
 * @param rows names of the rows
 * @param column what a column is
 * @param columns names of the columns
 * @param values by row; NaN where there is none. A row may be shorter than there are columns
 * @param largest absolute value that has the full shade
 * @param brackets groups of successive rows
 */
public record HeatMap(
        String title,
        Unit unit,
        String row,
        List<String> rows,
        String column,
        List<String> columns,
        List<List<Double>> values,
        double largest,
        List<Bracket> brackets) {
    private static final double SIDE = 640;
    private static final double LARGEST_CELL = 52;
    /** With smaller cells only some names are written. */
    private static final double NAMED_CELL = 16;

    private static final double LONGEST_NAME = 180;
    private static final int SHADES = 11;
    private static final double SHADE = 20;

    /**
     * Successive rows that belong together.
     *
     * @param name of the group
     * @param rows how many
     */
    public record Bracket(String name, int rows) {}

    /** @throws IllegalArgumentException when there are more values than rows or columns */
    public HeatMap {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        values = values.stream().map(List::copyOf).toList();
        brackets = List.copyOf(brackets);
        int widest = values.stream().mapToInt(List::size).max().orElse(0);
        if (values.size() != rows.size() || widest > columns.size()) {
            throw new IllegalArgumentException("heat map " + title + ": expected values for " + rows.size()
                    + " rows and " + columns.size() + " columns, found " + values.size() + " rows of up to " + widest);
        }
    }

    /** A matrix whose shades go up to its largest absolute value. */
    public static HeatMap of(
            String title,
            Unit unit,
            String row,
            List<String> rows,
            String column,
            List<String> columns,
            List<List<Double>> values) {
        double largest = values.stream()
                .flatMap(List::stream)
                .filter(Double::isFinite)
                .mapToDouble(Math::abs)
                .max()
                .orElse(0);
        return new HeatMap(title, unit, row, rows, column, columns, values, largest > 0 ? largest : 1, List.of());
    }

    /** Draws the matrix. */
    public Drawing draw() {
        Canvas canvas = new Canvas();
        double cell = Math.min(LARGEST_CELL, SIDE / Math.max(1, Math.max(rows.size(), columns.size())));
        double left = 14 + (row.isEmpty() ? 0 : TextSize.LINE) + widest(rows);
        boolean upright = widest(columns) > Math.max(cell - 4, 3 * 13);
        double top = 34 + (column.isEmpty() ? 0 : TextSize.LINE) + (upright ? widest(columns) : TextSize.LINE) + 6;
        double right = left + cell * columns.size();
        double bottom = top + cell * rows.size();
        double bracket = brackets.stream()
                .mapToDouble(each -> TextSize.width(each.name()) + 24)
                .max()
                .orElse(0);
        double width =
                Math.max(Math.max(right + bracket, left + SHADE * SHADES) + 16, 20 + 1.15 * TextSize.width(title));
        canvas.text("head", 4, 18, "start", title);
        canvas.text("label", left, 18 + TextSize.LINE + 2, "start", column);
        canvas.upright("label", 16, top, "end", row);
        cells(canvas, cell, left, top);
        names(canvas, cell, left, top, upright);
        brackets(canvas, cell, right, top);
        shades(canvas, left, bottom + 16);
        return new Drawing(title, width, bottom + 58, canvas.toString());
    }

    private void cells(Canvas canvas, double cell, double left, double top) {
        boolean numbered = values.stream()
                        .flatMap(List::stream)
                        .mapToDouble(value -> TextSize.width(number(value)))
                        .max()
                        .orElse(0)
                <= cell - 2;
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < values.get(i).size(); j++) {
                double value = values.get(i).get(j);
                if (!Double.isFinite(value)) {
                    continue;
                }
                double x = left + cell * j;
                double y = top + cell * i;
                String hover = (row + " " + rows.get(i) + ", " + column + " " + columns.get(j)).strip() + ": "
                        + unit.text(value);
                canvas.rectangle(kind(value), shade(value), x, y, cell, cell, hover);
                if (numbered && cell >= NAMED_CELL) {
                    canvas.text("strong", x + cell / 2, y + cell / 2 + 4.5, "middle", number(value));
                }
            }
        }
    }

    private String number(double value) {
        if (!Double.isFinite(value)) {
            return "";
        }
        double shown = value * unit.factor();
        return String.format(Locale.ROOT, largest * unit.factor() >= 10 ? "%.0f" : "%.2f", shown);
    }

    private static String kind(double value) {
        return value < 0 ? "down" : "up";
    }

    private String shade(double value) {
        return String.format(
                Locale.ROOT, " fill-opacity=\"%.2f\"", 0.04 + 0.6 * Math.min(1, Math.abs(value) / largest));
    }

    private void names(Canvas canvas, double cell, double left, double top, boolean upright) {
        int step = (int) Math.ceil(NAMED_CELL / cell);
        for (int i = 0; i < rows.size(); i += step) {
            String name = TextSize.shortened(rows.get(i), LONGEST_NAME);
            canvas.text("tick", left - 6, top + cell * (i + 0.5) + 4.5, "end", name);
        }
        double free = 0;
        for (int j = 0; j < columns.size(); j++) {
            double middle = left + cell * (j + 0.5);
            String name = TextSize.shortened(columns.get(j), LONGEST_NAME);
            double half = (upright ? TextSize.LINE : TextSize.width(name) + 5) / 2;
            if (middle - half >= free) {
                free = middle + half;
                if (upright) {
                    canvas.upright("tick", middle + 4.5, top - 6, "start", name);
                } else {
                    canvas.text("tick", middle, top - 6, "middle", name);
                }
            }
        }
    }

    private void brackets(Canvas canvas, double cell, double right, double top) {
        int first = 0;
        double free = top;
        for (Bracket each : brackets) {
            double from = top + first * cell + 1;
            double to = top + (first + each.rows()) * cell - 1;
            canvas.path("axis", "", "M" + Canvas.at(right + 5) + " " + Canvas.at(from) + "h5V" + Canvas.at(to) + "h-5");
            if ((from + to) / 2 - 9 >= free) {
                canvas.text("strong", right + 16, (from + to) / 2 + 4.5, "start", each.name());
                free = (from + to) / 2 + 9;
            }
            first += each.rows();
        }
    }

    /** What the shades mean. */
    private void shades(Canvas canvas, double left, double top) {
        boolean signed = values.stream().flatMap(List::stream).anyMatch(value -> value < 0);
        for (int i = 0; i < SHADES; i++) {
            double value = largest * (signed ? 2.0 * i / (SHADES - 1) - 1 : (double) i / (SHADES - 1));
            canvas.rectangle(kind(value), shade(value), left + SHADE * i, top, SHADE, 12, "");
        }
        double right = left + SHADE * SHADES;
        canvas.text("tick", left, top + 28, "start", unit.text(signed ? -largest : 0));
        canvas.text("tick", right, top + 28, "end", unit.text(largest));
    }

    private static double widest(List<String> names) {
        return names.stream()
                .mapToDouble(name -> TextSize.width(TextSize.shortened(name, LONGEST_NAME)))
                .max()
                .orElse(0);
    }

    /** The numbers 1, 2, ... as names. */
    public static List<String> numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
    }
}
