package ham.bench.figures;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.io.JsonFiles;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** The demo: how long it takes, how good its model is, and how soon the edge jar answers with it. */
final class DemoFigures {
    private static final String ARCHIVED = "with an archive of its classes";

    private DemoFigures() {}

    static List<Figure> measure(Workshop workshop) throws IOException, InterruptedException {
        Files.deleteIfExists(workshop.path("demo.json"));
        ProcessCost cost = MeasuredProcess.run(
                workshop.ham("demo", "--out", workshop.at("demo"), "--json"), workshop.path("demo.txt"));
        JsonNode demo = JsonFiles.read(json(workshop), "what ham demo printed");
        return List.of(
                new Figure(
                        "last accuracy, Fashion-MNIST in 5 tasks",
                        percent(demo.at("/last_accuracy")),
                        "frozen backbone with the same head "
                                + percent(demo.at("/metrics/variants/frozen~1analytic/last")) + ", chance "
                                + percent(demo.at("/chance")),
                        "`./ham demo`"),
                new Figure("the demo, from adapters to the report", Workshop.cost(cost), "-", "the same"),
                start(workshop));
    }

    /** The document is the last that is printed, behind what was said on the way. */
    private static Path json(Workshop workshop) throws IOException {
        String printed = Files.readString(workshop.path("demo.txt"));
        return Files.writeString(workshop.path("demo.json"), printed.substring(printed.indexOf("\n{") + 1));
    }

    private static Figure start(Workshop workshop) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String jar =
                workshop.home().resolve("ham-runtime/target/ham-runtime.jar").toString();
        Path image = workshop.path("image.png");
        ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        List<String> label = List.of("-jar", jar, workshop.at("demo/model.onnx"), image.toString());
        String archive = workshop.at("edge.jsa");
        List<Competitor> competitors = new ArrayList<>();
        competitors.add(new Competitor("ham", with(label, java), workshop.path("nothing")));
        competitors.add(new Competitor(
                ARCHIVED, with(label, java, "-XX:SharedArchiveFile=" + archive), workshop.path("nothing")));
        MeasuredProcess.run(with(label, java, "-XX:ArchiveClassesAtExit=" + archive), workshop.path("archive.txt"));
        competitors.add(new Competitor("a JVM that does nothing", List.of(java, "-version"), workshop.path("nothing")));
        Map<String, ProcessCost> costs = workshop.turns(competitors);
        return new Figure(
                String.format(
                        Locale.ROOT,
                        "the edge jar (%.1f MB), from its start to the first label",
                        Files.size(Path.of(jar)) / 1e6),
                Workshop.cost(costs.remove("ham")) + "; " + ARCHIVED + " " + Workshop.cost(costs.remove(ARCHIVED)),
                BakeFigures.others(costs),
                "`java -jar ham-runtime.jar model.onnx image.png`");
    }

    private static List<String> with(List<String> arguments, String... before) {
        return Stream.concat(Stream.of(before), arguments.stream()).toList();
    }

    private static String percent(JsonNode fraction) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * fraction.asDouble());
    }
}
