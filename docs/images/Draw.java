import ham.report.chart.Axis;
import ham.report.chart.LineChart;
import ham.report.chart.Series;
import ham.report.chart.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws the pictures of the README from what {@code ham bench} measured: {@code Draw.java MEMORY.csv OUT.svg}. */
final class Draw {
    private Draw() {}

    public static void main(String... arguments) throws IOException {
        Map<String, List<List<Double>>> columns = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            List<List<Double>> pair =
                    columns.computeIfAbsent(cells[0], name -> List.of(new ArrayList<>(), new ArrayList<>()));
            pair.get(0).add(Double.valueOf(cells[1]));
            pair.get(1).add(Double.valueOf(cells[2]));
        }
        List<Series> series = new ArrayList<>();
        columns.forEach((name, pair) -> series.add(Series.of(name, pair.get(0), pair.get(1))));
        LineChart chart = new LineChart(
                "Memory of a process that serves N tasks", Axis.count("tasks"), Axis.of("resident").in(Unit.of("MB")), series);
        Files.writeString(Path.of(arguments[1]), chart.draw().file());
    }
}
