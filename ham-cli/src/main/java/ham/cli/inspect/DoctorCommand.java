package ham.cli.inspect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Failures;
import ham.cli.console.FreshFolder;
import ham.common.HamException;
import ham.job.doctor.Finding;
import ham.job.doctor.GpuLibraries;
import ham.job.proof.Proof;
import ham.job.proof.ProofRecord;
import ham.job.proof.ProofState;
import ham.job.proof.ProofStep;
import ham.job.work.Environment;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.backend.BackendStatus;
import ham.runtime.backend.Backends;
import ham.train.engine.TorchEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham doctor}: what works on this machine, found out by trying it. */
@Command(
        name = "doctor",
        description =
                "Shows what works on this machine, by trying it: JVM, PyTorch, execution providers, and the libraries"
                        + " of NVIDIA's that a GPU needs.")
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Option(
            names = "--prove",
            description =
                    "Train, merge, export and run a small stream on the CPU and on the GPU, on every backend, and compare:"
                            + " one page and a JSON file say what passed, failed and was skipped, and why. A few minutes.")
    private boolean prove;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description =
                    "With --prove: the folder to write (default: a fresh folder runs/proof-TIME, which is named at the"
                            + " end).")
    private Path out;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description = "With --prove: the checkpoint to train on (default: the one that comes with ham).")
    private Path base;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            description = "With --prove: the images to learn (default: those that come with ham).")
    private Path data;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --prove: threads on the CPU, 0 for all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--force", description = "With --prove: replace an existing folder.")
    private boolean force;

    @Override
    public Integer call() {
        return prove ? proof() : probe();
    }

    private int probe() {
        List<BackendStatus> statuses = new ArrayList<>(Backends.probe());
        statuses.add(pytorch("pytorch-cpu", "cpu"));
        statuses.add(pytorch("pytorch-cuda", "gpu:0"));
        List<Finding> libraries = GpuLibraries.here().findings();
        ObjectNode json = JsonFiles.object();
        json.set("environment", JsonFiles.tree(Environment.facts()));
        ArrayNode backends = json.putArray("backends");
        statuses.forEach(each -> backends.add(JsonFiles.tree(each)));
        ArrayNode found = json.putArray("libraries");
        libraries.forEach(each -> found.add(each.json()));
        StringBuilder text = new StringBuilder();
        Environment.facts().forEach((key, value) -> text.append(String.format("%-12s %s%n", key, value)));
        for (BackendStatus each : statuses) {
            text.append(line(each.works(), each.name(), each.detail()));
        }
        text.append(String.format("%n%nfor a GPU (docs/gpu.md):"));
        for (Finding each : libraries) {
            text.append(line(
                    each.found(),
                    each.name(),
                    each.detail() + each.advice().map(advice -> "; " + advice).orElse("")));
        }
        console.result(text.toString(), json);
        boolean canRun = statuses.stream().anyMatch(each -> each.name().equals("onnxruntime-cpu") && each.works());
        return canRun ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static String line(boolean yes, String name, String detail) {
        return String.format("%n%-4s %-22s %s", yes ? "yes" : "no", name, detail);
    }

    private static BackendStatus pytorch(String name, String device) {
        try (TorchEngine engine = TorchEngine.open(device, 0)) {
            return new BackendStatus(name, true, engine.description());
        } catch (HamException e) {
            return new BackendStatus(name, false, Failures.oneLine(e.getMessage()));
        }
    }

    private int proof() {
        Path home = Path.of(System.getProperty("ham.home", "."));
        Path testdata = home.resolve("testdata");
        if ((base == null || data == null) && !Files.isDirectory(testdata)) {
            throw new InputException(
                    testdata,
                    "expected ham's test data, found nothing; give --base and --data, or start by ./ham doctor");
        }
        Path folder = out != null ? out : FreshFolder.in(home.resolve("runs"), "proof");
        ProofRecord record = Proof.builder()
                .setBase(base != null ? base : testdata.resolve("backbone"))
                .setData(data != null ? data : testdata.resolve("fashion-mnist"))
                .setOut(folder)
                .optThreads(threads)
                .optForce(force)
                .optListener(console.listener())
                .build()
                .run();
        StringBuilder text = new StringBuilder();
        for (ProofStep each : record.steps()) {
            text.append(
                    String.format(Locale.ROOT, "%-8s %-52s %s%n", each.state().label(), each.name(), each.detail()));
        }
        text.append(String.format(
                "%n%d passed, %d failed, %d skipped; %s has the page",
                record.count(ProofState.PASSED),
                record.count(ProofState.FAILED),
                record.count(ProofState.SKIPPED),
                folder.resolve(Proof.PAGE)));
        console.result(text.toString(), record.json());
        return record.count(ProofState.FAILED) == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }
}
