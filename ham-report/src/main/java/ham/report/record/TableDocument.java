package ham.report.record;

import java.util.List;

/**
 * A table.
 *
 * @param columns headings
 * @param rows texts and numbers, one a column
 */
public record TableDocument(List<String> columns, List<? extends List<?>> rows) {
    public TableDocument {
        columns = Binding.orEmpty(columns);
        rows = rows == null ? List.of() : rows;
    }
}
