package ham.cli.encoder;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import ham.cli.Cli;
import ham.cli.NoiseImages;
import ham.cli.TinyTraining;
import ham.export.OnnxFiles;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.TensorProto;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.EncoderInput;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.model.AdaptedModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the table of {@code docs/encoders.md}, which command does what with which encoder. A cell says {@code yes} only where the command ran and
 * its numbers were compared: merge with the product of the adapter's factors, the exports with what PEFT computed of the adapted model, train with ONNX
 * Runtime and with the same model without what was learnt, run with the accuracy that the run recorded; bench reads the record that it wrote.
 */
class EncoderTableTest {
    private static final String HEADER =
            "| encoder | merge | train | build | fp16 | int8 | ort | bake, TorchScript | bake, dynamo | triton | adapters | run | bench |";
    private static final double EXACT = 1e-4;
    private static final double HALF = 1e-2;
    /** Of the largest value: int8 has 255 steps in a row of a weight and in the values of a run. */
    private static final double WHOLE = 0.1;

    @TempDir
    private static Path temp;

    private static Path images;
    private static Path texts;

    @BeforeAll
    static void data() throws IOException {
        images = temp.resolve("images");
        NoiseImages.write(images);
        texts = TinyTexts.data(2, temp.resolve("texts"));
    }

    /** Every command is told one thread, so two encoders are tried at a time. */
    @Test
    void theTableIsWhatTheCommandsDo() throws Exception {
        List<String> rows = new ArrayList<>(List.of(HEADER, HEADER.replaceAll("[^|]+", "---")));
        List<Callable<String>> encoders = new ArrayList<>();
        try (Stream<Path> folders = Files.list(Cli.testdata("encoders"))) {
            folders.filter(Files::isDirectory).sorted().forEach(folder -> encoders.add(() -> new Row(folder).text()));
        }
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (Future<String> row : two.invokeAll(encoders)) {
                rows.add(row.get());
            }
        } finally {
            two.shutdownNow();
        }
        String page = Files.readString(Cli.testdata("../docs/encoders.md"));
        assertThat(page).contains(String.join("\n", rows) + "\n");
    }

    /** What no family describes is refused by what was found, as the page says. */
    @Test
    void whatIsNotKnownIsRefused() throws IOException {
        Path base = Files.createDirectories(temp.resolve("swin"));
        Path source = Cli.testdata("encoders/vit-mae");
        Files.copy(source.resolve("model.safetensors"), base.resolve("model.safetensors"));
        Files.writeString(
                base.resolve("config.json"),
                Files.readString(source.resolve("config.json"))
                        .replaceAll("\"model_type\": \"\\w+\"", "\"model_type\": \"swin\""));
        ham("merge", source.resolve("adapter"), "--base", base, "--out", temp.resolve("no"))
                .failsWith(1, "'swin'", "beit", "dinov2");
    }

    /** One encoder. */
    private static final class Row {
        private final Path source;
        private final String name;
        private final Path folder;
        private final Path merged;
        private final boolean isText;

        Row(Path source) {
            this.source = source;
            name = source.getFileName().toString();
            folder = temp.resolve(name);
            merged = folder.resolve("merged");
            isText = Checkpoint.open(source).encoder().input() instanceof EncoderInput.Text;
        }

        String text() throws IOException {
            Files.createDirectories(folder);
            merge();
            export("build", EXACT, source);
            export("fp16", HALF, source, "--precision", "fp16");
            export("ort", EXACT, source, "--flavor", "ort");
            export("int8", WHOLE, source, "--precision", "int8");
            boolean torchScript = bake("ts17");
            boolean dynamo = bake("dynamo");
            triton();
            adapters();
            train();
            run();
            bench();
            return String.join(
                    " | ",
                    "| " + name,
                    "yes | yes | yes | yes | yes | yes",
                    cell(torchScript),
                    cell(dynamo),
                    "yes | yes | yes | yes |");
        }

        private static String cell(boolean checked) {
            return checked ? "yes" : "-";
        }

        /** The model in a repository of Triton's layout. */
        private void triton() {
            Path repository = folder.resolve("triton");
            ham(
                            "export",
                            "--base",
                            source,
                            "--merged",
                            merged,
                            "--package",
                            "triton",
                            "--model-name",
                            "tiny",
                            "--out",
                            repository,
                            "--threads",
                            1)
                    .succeeds();
            compare("triton", repository.resolve("tiny/1/model.onnx"), EXACT, true);
            assertThat(repository.resolve("tiny/config.pbtxt")).content().contains("\"tiny\"");
        }

        /** The base once, in whose graph an adapter is chosen at every run. */
        private void adapters() {
            Path packed = folder.resolve("adapters");
            ham(
                            "export",
                            "--base",
                            source,
                            "--merged",
                            merged,
                            "--package",
                            "adapters",
                            "--out",
                            packed,
                            "--threads",
                            1)
                    .succeeds();
            ParityInputs inputs = ParityInputs.read(
                    source.resolve("inputs.safetensors"),
                    Checkpoint.open(source).encoder().input());
            try (AdaptedModel model = AdaptedModel.open(packed.resolve("base.onnx"), new SessionSettings(1))) {
                model.load("adapter", packed.resolve("adapter.onnx_adapter"));
                List<TensorSpec> given = model.inputs().stream()
                        .filter(input -> Set.of(EncoderInput.PIXELS, EncoderInput.IDS, EncoderInput.MASK)
                                .contains(input.name()))
                        .toList();
                float[] found = model.run("adapter", EncoderRun.tensors(given, inputs.pixelValues(), inputs.samples()));
                String output = model.outputs().get(0).name();
                float[] wanted = SafetensorsFile.open(source.resolve("adapted_outputs.safetensors"))
                        .floats(output);
                assertThat(apart(found, wanted))
                        .as("%s, adapters: %s", name, output)
                        .isLessThanOrEqualTo(EXACT);
            }
        }

        /** Two ways to serve answer, and say how long it took and what they held. */
        private void bench() {
            Path run = folder.resolve("run");
            List<Object> arguments =
                    new ArrayList<>(List.of("bench", run, "--tasks", 1, "--scenarios", "single-stream"));
            arguments.addAll(List.of("--strategies", "merged,adapters", "--requests", 3, "--seconds", 1));
            arguments.addAll(List.of("--threads", 1, "--out", folder.resolve("bench")));
            if (isText) {
                arguments.addAll(List.of("--tokens", 9));
            }
            ham(arguments.toArray()).succeeds();
            JsonNode results = JsonFiles.read(folder.resolve("bench/bench.json"), "a benchmark")
                    .path("results");
            Set<String> ways = new TreeSet<>();
            results.forEach(result -> {
                assertThat(result.path("p50_ms").asDouble()).as(name).isPositive();
                assertThat(result.path("p99_ms").asDouble())
                        .as(name)
                        .isGreaterThanOrEqualTo(result.path("p50_ms").asDouble());
                assertThat(result.path("resident_mb").asDouble()).as(name).isPositive();
                ways.add(result.path("strategy").asText());
            });
            assertThat(ways).as(name).containsExactly("adapters", "merged");
        }

        private void merge() {
            ham("merge", source.resolve("adapter"), "--method", "linear", "--base", source, "--out", merged)
                    .succeeds();
            Checkpoint base = Checkpoint.open(source);
            AdapterFolder adapter =
                    AdapterFolder.read(source.resolve("adapter")).onto(base, base.sha256());
            Merged found = Merged.read(merged).onto(base, base.sha256());
            assertThat(found.deltas().keySet())
                    .isEqualTo(adapter.adapter().layers().keySet());
            found.deltas().forEach((layer, delta) -> {
                LoraFactors factors = adapter.adapter().factors(layer);
                for (int out = 0; out < delta.rows(); out++) {
                    for (int in = 0; in < delta.columns(); in++) {
                        double sum = 0;
                        for (int r = 0; r < factors.rank(); r++) {
                            sum += (double) factors.b().get(out, r)
                                    * factors.a().get(r, in);
                        }
                        assertThat((double) delta.get(out, in))
                                .as("%s: %s", name, layer)
                                .isCloseTo(sum * factors.scaling(), within(1e-6));
                    }
                }
            });
        }

        private void export(String what, double tolerance, Path base, Object... more) {
            Path model = folder.resolve(what + ".onnx");
            List<Object> arguments = new ArrayList<>(List.of("export", "--base", base, "--merged", merged));
            arguments.addAll(List.of(more));
            arguments.addAll(List.of("--out", model, "--threads", 1));
            ham(arguments.toArray()).succeeds();
            compare(what, model, tolerance, base.equals(source));
        }

        /**
         * A model's outputs beside those of PEFT.
         *
         * @param own whether ham built the graph; an exporter calls its outputs by other names, and gives what it was told to
         */
        private void compare(String what, Path model, double tolerance, boolean own) {
            Path out = folder.resolve(what + ".safetensors");
            ham("run", model, "--tensors", source.resolve("inputs.safetensors"), "--out", out)
                    .succeeds();
            SafetensorsFile found = SafetensorsFile.open(out);
            SafetensorsFile wanted = SafetensorsFile.open(source.resolve("adapted_outputs.safetensors"));
            String telling = Checkpoint.open(source).encoder().outputs().get(0);
            for (String output : own ? wanted.names() : Set.of(telling)) {
                float[] values = wanted.floats(output);
                double most = 0;
                for (float value : values) {
                    most = Math.max(most, Math.abs(value));
                }
                double allowed = tolerance == EXACT
                        ? tolerance
                        : tolerance == WHOLE ? tolerance * most : tolerance * Math.max(1, most);
                double apart = found.names().contains(output)
                        ? apart(found.floats(output), values)
                        : found.names().stream()
                                .mapToDouble(each -> apart(found.floats(each), values))
                                .min()
                                .orElseThrow();
                assertThat(apart).as("%s, %s: %s", name, what, output).isLessThanOrEqualTo(allowed);
            }
        }

        private static double apart(float[] found, float[] wanted) {
            double apart = found.length == wanted.length ? 0 : Double.POSITIVE_INFINITY;
            for (int i = 0; i < wanted.length && apart < Double.POSITIVE_INFINITY; i++) {
                apart = Math.max(apart, Math.abs((double) found[i] - wanted[i]));
            }
            return apart;
        }

        /** Whether there is such a graph: its exporter could not make all. */
        private boolean bake(String exporter) throws IOException {
            Path packed = source.resolve(exporter + ".weightless.onnx.gz");
            if (!Files.exists(packed)) {
                return false;
            }
            export(exporter + "-baked", EXACT, restored(packed, exporter), "--weights", source);
            return true;
        }

        /** The graph with the weights of the checkpoint, which its constants are described by. */
        private Path restored(Path packed, String exporter) throws IOException {
            ModelProto model;
            try (InputStream file = new GZIPInputStream(Files.newInputStream(packed))) {
                model = ModelProto.parseFrom(file);
            }
            SafetensorsFile weights = SafetensorsFile.open(source.resolve("model.safetensors"));
            GraphProto.Builder graph = model.getGraph().toBuilder();
            for (int i = 0; i < graph.getInitializerCount(); i++) {
                TensorProto constant = graph.getInitializer(i);
                String[] described = constant.getDocString().split(" ", 2);
                if (described.length == 2) {
                    Matrix turned = described[0].equals("transposed")
                            ? weights.matrix(described[1]).transpose()
                            : null;
                    float[] values = turned == null ? weights.floats(described[1]) : turned.data();
                    ByteBuffer bytes =
                            ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asFloatBuffer().put(values);
                    graph.setInitializer(
                            i,
                            constant.toBuilder()
                                    .setRawData(ByteString.copyFrom(bytes))
                                    .clearDocString());
                }
            }
            Path file = folder.resolve(exporter + ".onnx");
            OnnxFiles.write(model.toBuilder().setGraph(graph).build(), file);
            return file;
        }

        private void train() {
            Path base = source;
            if (isText) {
                int padding =
                        ((EncoderInput.Text) Checkpoint.open(source).encoder().input()).padding();
                base = TinyTexts.base(name, padding, folder.resolve("base"));
            }
            JsonNode parity = TinyTraining.train(
                            base, isText ? texts : images, folder.resolve("run"), 1, 1, "--guard", "off")
                    .succeeds()
                    .json()
                    .path("parity");
            double engine = parity.path("differences").path("engine").asDouble(Double.NaN);
            assertThat(engine)
                    .as(name)
                    .isLessThanOrEqualTo(parity.path("tolerance").asDouble());
            assertThat(parity.path("without_delta").asDouble())
                    .as(name + ": what was learnt, beside what the forms differ by")
                    .isGreaterThan(10 * parity.path("max_abs").asDouble());
        }

        private void run() {
            Path run = folder.resolve("run");
            JsonNode recorded = JsonFiles.read(run.resolve("evaluation.json"), "an accuracy");
            JsonNode found = ham("eval", run.resolve("model.onnx"), "--data", isText ? texts : images, "--json")
                    .succeeds()
                    .json();
            assertThat(found.path("accuracy")).as(name).isEqualTo(recorded.path("accuracy"));
        }
    }
}
