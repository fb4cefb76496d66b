package ham.report.record;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A chart; what its kind does not use is empty.
 *
 * @param title of the chart
 * @param kind {@code line}, {@code bar}, {@code strip} or {@code heat}
 * @param xLabel what x is, or the columns are
 * @param yLabel what y is, or the rows are
 * @param unit stands behind numbers; {@code fraction} shows percent
 * @param series of lines, bars and strips
 * @param rows names of the rows of a heat map
 * @param columns names of its columns
 * @param values a row a list, null where a cell is empty
 */
public record ChartDocument(
        String title,
        String kind,
        String xLabel,
        String yLabel,
        String unit,
        List<SeriesDocument> series,
        List<?> rows,
        List<?> columns,
        List<List<Double>> values) {
    public ChartDocument {
        title = title == null ? "" : title;
        kind = kind == null ? "" : kind;
        xLabel = xLabel == null ? "" : xLabel;
        yLabel = yLabel == null ? "" : yLabel;
        unit = unit == null ? "" : unit;
        series = Binding.orEmpty(series);
        rows = rows == null ? List.of() : rows;
        columns = columns == null ? List.of() : columns;
        values = Binding.orEmpty(values);
    }

    /** A chart of series. */
    public static ChartDocument of(
            String title, String kind, String xLabel, String yLabel, String unit, List<SeriesDocument> series) {
        return new ChartDocument(title, kind, xLabel, yLabel, unit, series, null, null, null);
    }

    /**
     * From JSON.
     *
     * @throws ham.merge.InputException when a value is of another kind than it should be
     */
    public static ChartDocument of(JsonNode json) {
        return Binding.of(json, ChartDocument.class);
    }
}
