package ham.bench.figures;

import ham.train.engine.MixedPrecision;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A training step of the small backbone, ham's and that of PEFT in Python, each in processes of its own that take turns. */
final class TrainFigures {
    /** A processor that does not multiply bf16 takes minutes for a step that nobody would train with. */
    private static final List<String> FORMATS =
            MixedPrecision.choose("auto", false) == MixedPrecision.BF16 ? List.of("fp32", "bf16") : List.of("fp32");

    private static final String THREADS = "2";
    private static final String STEPS = "6";

    private TrainFigures() {}

    static Figure measure(Workshop workshop) throws IOException, InterruptedException {
        String checkpoint = workshop.home().resolve("testdata/backbone").toString();
        List<String> ham = List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xms1g",
                "-Xmx1g",
                "-Drounds=1",
                "-Dsoak=0",
                "-Dsteps=" + STEPS,
                "-Dthreads=" + THREADS,
                "-Dformats=" + String.join(",", FORMATS),
                "-cp",
                System.getProperty("java.class.path"),
                "ham.bench.program.TrainBench",
                checkpoint);
        List<String> peft = List.of(
                "python3",
                workshop.home().resolve("benchmarks/torch_train.py").toString(),
                checkpoint,
                THREADS,
                STEPS,
                String.join(",", FORMATS));
        String absent = workshop.absentPython("PEFT in Python", "peft, transformers, torch");
        Map<String, List<Double>> ours = new LinkedHashMap<>();
        Map<String, List<Double>> theirs = new LinkedHashMap<>();
        for (int round = 0; round < workshop.rounds(); round++) {
            add(ours, Files.readString(workshop.printed(ham, "train.txt")), "script (fp32|bf16), 0 groups +");
            if (absent.isEmpty()) {
                add(theirs, Files.readString(workshop.printed(peft, "train.txt")), "(fp32|bf16) ");
            }
        }
        return new Figure(
                "training with LoRA, batch 64, " + String.join("; ", FORMATS)
                        + (FORMATS.contains("bf16") ? "" : " (this processor does not multiply bf16)"),
                rates(ours),
                absent.isEmpty() ? "PEFT in Python " + rates(theirs) : absent,
                "`java -Drounds=1 -Dsoak=0 -Dsteps=6 -cp \"ham-cli/target/lib/*\" ham.bench.program.TrainBench testdata/backbone`");
    }

    /** Reads images a second, by number format, out of what a program printed. */
    static void add(Map<String, List<Double>> rates, String printed, String before) {
        Matcher line = Pattern.compile(before + "([0-9.]+) images/s").matcher(printed);
        while (line.find()) {
            rates.computeIfAbsent(line.group(1), key -> new ArrayList<>()).add(Double.valueOf(line.group(2)));
        }
    }

    private static String rates(Map<String, List<Double>> rates) {
        List<String> medians = FORMATS.stream()
                .map(format ->
                        String.format(Locale.ROOT, "%.0f", ProcessCost.median(rates.get(format), Double::doubleValue)))
                .toList();
        return String.join("; ", medians) + " images/s";
    }
}
