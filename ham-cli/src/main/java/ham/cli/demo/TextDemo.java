package ham.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.Table;
import ham.common.Version;
import ham.export.ExportResult;
import ham.export.bake.BakeRequest;
import ham.export.bake.Baker;
import ham.export.importing.ImportRequest;
import ham.export.importing.ImportResult;
import ham.export.importing.ModelImport;
import ham.export.parity.ParityReport;
import ham.job.Job;
import ham.merge.InputException;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.classify.TextClassifier;
import ham.runtime.model.SessionSettings;
import ham.train.data.DataSpec;
import ham.train.data.Dataset;
import ham.train.eval.DeployedAccuracy;
import ham.train.eval.ExampleClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The demo on texts: the encoder of an artifact of Maven Central, imported, and the merge baked into the file that it serves. */
final class TextDemo {
    /** Where the launcher put the artifact. */
    static final String ARTIFACT = "ham.minilm";

    private static final String MODEL = "all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";
    private static final String BAKED = "minilm-merged.onnx";
    private static final int WARM_UP = 20;
    private static final int TIMED = 100;

    private final Console console;
    private final Path folder;

    private TextDemo(Console console, Path folder) {
        this.console = console;
        this.folder = folder;
    }

    /** Unpacks the artifact and imports the model in it. */
    static TextDemo open(Console console) {
        String artifact = System.getProperty(ARTIFACT, "");
        if (artifact.isEmpty() || !Files.isRegularFile(Path.of(artifact))) {
            throw new InputException("demo: expected MiniLM's artifact, found "
                    + (artifact.isEmpty() ? "none" : "nothing at " + artifact)
                    + "; start the demo by ./ham demo --text, which fetches it");
        }
        Path folder = Path.of(artifact).toAbsolutePath().resolveSibling("minilm");
        TextDemo demo = new TextDemo(console, folder);
        demo.unpack(Path.of(artifact));
        demo.importModel();
        return demo;
    }

    private void unpack(Path artifact) {
        try (ZipFile zip = new ZipFile(artifact.toFile())) {
            Files.createDirectories(folder);
            for (String name : List.of(MODEL, TOKENIZER)) {
                ZipEntry entry = zip.getEntry(name);
                if (entry == null) {
                    throw new InputException(artifact, "expected " + name + " in it, found none");
                }
                if (!Files.exists(folder.resolve(name))) {
                    Outputs.file(folder.resolve(name), true, file -> {
                        try (InputStream in = zip.getInputStream(entry)) {
                            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                        }
                    });
                }
            }
        } catch (IOException e) {
            throw InputException.unreadable(artifact, e);
        }
    }

    private void importModel() {
        ImportResult imported = ModelImport.run(new ImportRequest(
                folder.resolve(MODEL), checkpoint(), Optional.empty(), Optional.empty(), List.of(), true));
        console.stage(String.format(
                Locale.ROOT,
                "imported %s: %s, %.1f million parameters, its outputs computed again within %.1e",
                MODEL,
                imported.family(),
                imported.parameters() / 1e6,
                imported.maxAbs()));
    }

    Path checkpoint() {
        return folder.resolve("checkpoint");
    }

    /** Bakes a finished run's merge into the artifact's own file, measures it, and compares ways to serve. */
    Served serve(Path run, Path data, SessionSettings settings) {
        Path baked = run.resolve(BAKED);
        console.stage("baking the merge into the file that Maven serves");
        ExportResult result = Baker.bake(BakeRequest.builder()
                .setModel(folder.resolve(MODEL))
                .setMerged(Merged.read(run.resolve("merged")))
                .setVersion(Version.current())
                .setOutput(baked)
                .setSettings(settings)
                .optWeights(checkpoint())
                .optForce(true)
                .build());
        Dataset dataset = DataSpec.openTest(data);
        List<String> texts = Dataset.texts(dataset.test(), "the demo").texts();
        ObjectNode json = JsonFiles.object();
        json.put("file", baked.toString());
        result.parity().ifPresent(parity -> json.put("max_abs", parity.maxAbs())
                .put("without_delta", parity.withoutDelta())
                .put("top1", parity.top1()));
        Table table = new Table("way to serve", "accuracy", "p50 a text", "MB");
        row(table, json, "merged, in Maven's graph", baked, dataset, texts, settings);
        row(table, json, "merged, in ham's graph", run.resolve(Job.MODEL), dataset, texts, settings);
        String parity = result.parity().map(ParityReport::text).orElse("");
        return new Served("\nbaked into " + MODEL + ": " + parity + "\n\n" + table + "\n" + baked + "\n", json);
    }

    /**
     * What serving gave.
     *
     * @param text for people
     * @param json for programs
     */
    record Served(String text, ObjectNode json) {}

    private static void row(
            Table table,
            ObjectNode json,
            String name,
            Path file,
            Dataset dataset,
            List<String> texts,
            SessionSettings settings) {
        try (TextClassifier classifier = TextClassifier.open(file, settings)) {
            double accuracy = DeployedAccuracy.measure(
                            ExampleClassifier.of(classifier), dataset, List.of(classifier.labels()), done -> {})
                    .accuracy();
            double milliseconds = median(classifier, texts);
            double megabytes = Files.size(file) / 1e6;
            table.row(
                    name,
                    Table.percent(accuracy),
                    String.format(Locale.ROOT, "%.1f ms", milliseconds),
                    String.format(Locale.ROOT, "%.0f", megabytes));
            json.withArray("ways")
                    .addObject()
                    .put("way", name)
                    .put("accuracy", accuracy)
                    .put("p50_ms", milliseconds)
                    .put("disk_mb", megabytes);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** Of texts one at a time. */
    private static double median(TextClassifier classifier, List<String> texts) {
        double[] times = new double[TIMED];
        for (int i = -WARM_UP; i < TIMED; i++) {
            String text = texts.get(Math.floorMod(i, texts.size()));
            long began = System.nanoTime();
            var unused = classifier.classify(List.of(text), 1);
            if (i >= 0) {
                times[i] = (System.nanoTime() - began) / 1e6;
            }
        }
        return Arrays.stream(times).sorted().toArray()[TIMED / 2];
    }
}
