package ham.bench.figures;

import ham.bench.memory.AvailableMemory;
import ham.common.Machine;
import ham.common.Version;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures all that the README's table says and writes the table into it: {@code benchmarks/run}, from ham's folder. Peers in Python take part where
 * they are installed; the table says where they are not.
 *
 * <p>System properties: {@code rounds} (5) of every command, {@code minutes} (2) of the serving comparison, {@code page} (README.md), {@code rows}
 * ({@code demo,train,merge,bake,patch,serve}). Rows that are not all of them are printed and written nowhere, for a table is of one run.
 */
public final class Figures {
    private static final List<String> ALL = List.of("demo", "train", "merge", "bake", "patch", "serve");

    private Figures() {}

    /** Runs. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> rows;
        try {
            rows = rows(System.getProperty("rows", String.join(",", ALL)));
        } catch (InputException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Path home = Path.of("").toAbsolutePath();
        Path page = home.resolve(System.getProperty("page", "README.md"));
        Path folder = Files.createTempDirectory("ham-figures-");
        try {
            Workshop workshop = new Workshop(home, folder, Integer.getInteger("rounds", 5));
            List<Figure> figures = new ArrayList<>();
            for (String row : rows) {
                figures.addAll(row.equals("serve") ? 0 : figures.size(), said(measure(row, workshop)));
            }
            if (rows.size() < ALL.size()) {
                return;
            }
            String machine = machine(workshop);
            Path json = home.resolve("benchmarks/figures.json");
            Outputs.file(
                    json,
                    true,
                    file -> JsonFiles.write(file, JsonFiles.tree(Map.of("machine", machine, "figures", figures))));
            ReadmeTable.replace(page, ReadmeTable.markdown(figures, machine));
        } finally {
            Outputs.deleteTree(folder);
        }
    }

    /** Those that were asked for, in the order in which one leaves what another needs. */
    static List<String> rows(String text) {
        List<String> asked = List.of(text.split(","));
        if (!ALL.containsAll(asked)) {
            throw new InputException(
                    "ROWS: expected some of " + String.join(",", ALL) + ", found " + String.join(",", asked));
        }
        if (!asked.contains("merge") && (asked.contains("bake") || asked.contains("patch"))) {
            throw new InputException("ROWS: expected merge beside bake and patch, which take what it leaves, found "
                    + String.join(",", asked));
        }
        return ALL.stream().filter(asked::contains).toList();
    }

    private static List<Figure> measure(String row, Workshop workshop) throws IOException, InterruptedException {
        return switch (row) {
            case "demo" -> DemoFigures.measure(workshop);
            case "train" -> List.of(TrainFigures.measure(workshop));
            case "merge" -> {
                BakeFigures.prepare(workshop);
                yield List.of(MergeFigures.measure(workshop));
            }
            case "bake" -> List.of(BakeFigures.bake(workshop));
            case "patch" -> List.of(BakeFigures.patch(workshop));
            default -> ServeFigures.measure(workshop, System.getProperty("minutes", "2"));
        };
    }

    private static List<Figure> said(List<Figure> figures) {
        figures.forEach(figure -> System.out.println(figure.markdown()));
        return figures;
    }

    private static String machine(Workshop workshop) {
        String processor = Machine.cpu().orElse(System.getProperty("os.arch"));
        return "Measured by `benchmarks/run` on " + LocalDate.now(ZoneOffset.UTC) + ": " + processor + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, "
                + AvailableMemory.bytes().orElse(0) / 1_000_000_000 + " GB free, JDK "
                + System.getProperty("java.version") + ", ham " + Version.current() + "; medians of "
                + workshop.rounds() + " runs in turns (the demo: one run), memory is the most that was resident.";
    }
}
