package ham.cli.inspect;

import ham.job.work.Environment;
import ham.cli.console.Failures;
import ham.cli.console.ExitCode;
import ham.cli.console.Console;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.backend.BackendStatus;
import ham.runtime.backend.Backends;
import ham.train.engine.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ham doctor}: what works on this machine, found out by trying it. */
@Command(
        name = "doctor",
        description = "Shows what works on this machine, by trying it: JVM, PyTorch, execution providers.")
public final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Override
    public Integer call() {
        List<BackendStatus> statuses = new ArrayList<>(Backends.probe());
        statuses.add(pytorch("pytorch-cpu", "cpu"));
        statuses.add(pytorch("pytorch-cuda", "gpu:0"));
        ObjectNode json = JsonFiles.object();
        json.set("environment", JsonFiles.tree(Environment.facts()));
        ArrayNode backends = json.putArray("backends");
        statuses.forEach(each -> backends.add(JsonFiles.tree(each)));
        StringBuilder text = new StringBuilder();
        Environment.facts().forEach((key, value) -> text.append(String.format("%-12s %s%n", key, value)));
        for (BackendStatus each : statuses) {
            text.append(String.format("%n%-4s %-22s %s", each.works() ? "yes" : "no", each.name(), each.detail()));
        }
        console.result(text.toString(), json);
        boolean canRun = statuses.stream().anyMatch(each -> each.name().equals("onnxruntime-cpu") && each.works());
        return canRun ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static BackendStatus pytorch(String name, String device) {
        try (TorchEngine engine = TorchEngine.open(device, 0)) {
            return new BackendStatus(name, true, engine.description());
        } catch (InputException e) {
            return new BackendStatus(name, false, Failures.oneLine(e.getMessage()));
        }
    }
}
