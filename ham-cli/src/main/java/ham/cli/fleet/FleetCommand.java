package ham.cli.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.export.fleet.Fleet;
import ham.export.fleet.SigningKeys;
import ham.export.fleet.Update;
import ham.merge.io.FoundFile;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham fleet}: which device has which model. */
@Command(
        name = "fleet",
        description =
                "Shows which device has which model and how many updates it misses; with --device and --model, notes"
                        + " what a device has.")
public final class FleetCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(index = "0", paramLabel = "FLEET.jsonl", description = "The manifest: a line of JSON a device.")
    private Path manifest;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "FILE.hamupdate",
            description = "The chain of updates, in its order, by which devices are judged.")
    private List<Path> chain = List.of();

    @Option(names = "--verify", paramLabel = "NAME.pub", description = "The key that must have signed the updates.")
    private Path verify;

    @Option(names = "--device", paramLabel = "NAME", description = "The device that has --model.")
    private String device;

    @Option(names = "--model", paramLabel = "MODEL.onnx", description = "The model file that --device has.")
    private Path model;

    @Override
    public Integer call() {
        if ((device == null) != (model == null)) {
            throw new ParameterException(
                    console.spec().commandLine(), "expected --device and --model together, found one of them");
        }
        Optional<PublicKey> key = Optional.ofNullable(verify).map(SigningKeys::readPublic);
        List<Update> updates =
                chain.stream().map(file -> Update.open(file, key)).toList();
        if (device == null) {
            FoundFile.require(manifest, "the manifest of a fleet");
        }
        Fleet read = Fleet.read(manifest);
        Fleet fleet = device == null ? read : read.with(device, model);
        List<Fleet.Position> positions = fleet.positions(updates);
        if (device != null) {
            fleet.write(manifest);
        }
        Table table = new Table("device", "model", "state");
        positions.forEach(each -> table.row(
                each.device().device(), each.device().model().substring(0, 16), state(each, !updates.isEmpty())));
        console.result(table.toString(), json(positions));
        boolean strange = !updates.isEmpty()
                && positions.stream().anyMatch(each -> each.missing().isEmpty());
        return strange ? ExitCode.FAILED : ExitCode.DONE;
    }

    private static ArrayNode json(List<Fleet.Position> positions) {
        ArrayNode devices = JsonFiles.object().putArray("devices");
        for (Fleet.Position each : positions) {
            ObjectNode device = devices.addObject()
                    .put("device", each.device().device())
                    .put("model", each.device().model())
                    .put("update", each.device().update());
            each.missing().ifPresentOrElse(missing -> device.put("missing", missing), () -> device.putNull("missing"));
        }
        return devices;
    }

    private static String state(Fleet.Position position, boolean judged) {
        if (!judged) {
            return "";
        }
        return position.missing()
                .map(count -> count == 0 ? "up to date" : "misses " + count + (count == 1 ? " update" : " updates"))
                .orElse("has a model that is not of this chain");
    }
}
