package ham.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.PackageOptions.Kind;
import ham.export.ExportRecord;
import ham.export.ExportResult;
import ham.export.form.FormChange;
import ham.export.form.FormCheck;
import ham.export.form.GraphForm;
import ham.export.pack.AdapterPackage;
import ham.export.pack.PackageFolder;
import ham.export.pack.PackageRecord;
import ham.export.pack.TaskPackage;
import ham.export.pack.TritonPackage;
import ham.export.pack.TritonSettings;
import ham.export.patch.ModelPatch;
import ham.export.patch.PatchReport;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** In which shape {@code ham export} hands over what it makes: a file, a file of another form, a patch beside it, or a folder. */
final class Delivery {
    private final Console console;
    private final GraphForm form;
    private final PackageOptions packaging;
    private final PatchOptions patching;
    private final Path base;
    private final Path out;
    private final boolean force;

    Delivery(
            Console console,
            GraphForm form,
            PackageOptions packaging,
            PatchOptions patching,
            Path base,
            Path out,
            boolean force) {
        this.console = console;
        this.form = form;
        this.packaging = packaging;
        this.patching = patching;
        this.base = base;
        this.out = out;
        this.force = force;
    }

    /** Whether the models of the tasks are asked for, and not the merged one. */
    boolean isTasks() {
        return packaging.kind().filter(kind -> !kind.merged()).isPresent();
    }

    /** Refuses options that do not go together, and outputs that may not be written, before long work begins. */
    void check(List<Path> inputs) {
        if (packaging.kind().isPresent()) {
            Outputs.checkFolder(out, force, PackageFolder.RECORD, inputs);
            if (patching.patch().isPresent()) {
                throw new InputException("--patch: expected one model, found --package "
                        + packaging.kind().get() + "; export the model alone");
            }
            if (isTasks() && !form.equals(GraphForm.PLAIN)) {
                throw new InputException("--package " + packaging.kind().get()
                        + ": expected models of the usual form, found --input, --output or --features");
            }
        } else {
            Outputs.checkFile(out, force, inputs);
        }
        patching.patch().ifPresent(patch -> {
            Outputs.checkFile(patch, force, inputs);
            deployed();
        });
    }

    private Path deployed() {
        return patching.from()
                .or(() -> Optional.of(base).filter(Files::isRegularFile))
                .orElseThrow(() -> new InputException(
                        "--patch: expected the model that devices have, found none; give --from DEPLOYED.onnx"));
    }

    /** Applies a patch to the base. */
    void apply() {
        Path patch = patching.apply().orElseThrow();
        Outputs.checkFile(out, force, List.of(base, patch));
        String sha256 = ModelPatch.apply(patch, base, out, force);
        ObjectNode json = JsonFiles.object().put("out", out.toString()).put("sha256", sha256);
        console.result("written to " + out + ", SHA-256 " + sha256, json);
    }

    /** Hands over the merged model that {@code exporter} writes to the path it is given. */
    void merged(Merged merged, boolean noVerify, SessionSettings settings, Function<Path, Exported> exporter) {
        boolean plain = form.equals(GraphForm.PLAIN);
        if (plain && packaging.kind().isEmpty()) {
            Exported exported = exporter.apply(out);
            report(exported, patch(merged, exported.result(), out));
            return;
        }
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path model = folder.path().resolve("model.onnx");
            Exported written = exporter.apply(model);
            ExportResult exported = written.result();
            Path formed =
                    plain ? model : formed(model, folder.path().resolve("form").resolve("model.onnx"));
            if (!plain && !noVerify && FormCheck.possible(model)) {
                console.stage(FormCheck.of(model, formed, form, settings).text());
            }
            if (packaging.kind().isPresent()) {
                TritonSettings triton = packaging.triton();
                Outputs.folder(out, force, target -> TritonPackage.write(target, formed, triton));
            } else {
                Outputs.file(out, force, target -> Files.copy(formed, target));
            }
            long bytes = Files.size(formed);
            ExportResult result = new ExportResult(
                    out, bytes, exported.labels(), exported.head(), exported.matched(), exported.parity());
            ExportRecord record = written.record().at(out, bytes);
            report(new Exported(result, written.text(), record), patch(merged, result, formed));
        } catch (IOException e) {
            throw InputException.unwritable(out, e);
        }
    }

    private Path formed(Path model, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        FormChange.write(model, form, target);
        return target;
    }

    private Optional<PatchReport> patch(Merged merged, ExportResult result, Path model) {
        return patching.patch().map(patch -> {
            PatchReport[] report = new PatchReport[1];
            console.progress("comparing %s with %s", deployed(), out);
            Outputs.file(
                    patch,
                    force,
                    file -> report[0] =
                            ModelPatch.write(deployed(), patching.before(), model, merged, result.matched(), file)
                                    .at(patch));
            return report[0];
        });
    }

    private void report(Exported exported, Optional<PatchReport> patch) {
        ExportRecord record = patch.map(exported.record()::with).orElse(exported.record());
        console.result(
                ExportCommand.text(exported.result())
                        + exported.text()
                        + patch.map(report -> "\n" + text(report)).orElse(""),
                record.json());
    }

    private String text(PatchReport report) {
        return String.format(
                Locale.ROOT,
                "patch written to %s: %.3f MB, the model has %.1f MB, its %d changed weights as float32 %.1f MB",
                patching.patch().orElseThrow(),
                report.bytes() / 1e6,
                report.modelBytes() / 1e6,
                report.weights().size(),
                report.denseBytes() / 1e6);
    }

    /** Hands over a folder with the models of the tasks. */
    void tasks(Optional<Path> merged, boolean noVerify, SessionSettings settings, TaskPackage.Exporter exporter) {
        Kind kind = packaging.kind().orElseThrow();
        boolean built = Files.isDirectory(base);
        if (kind == Kind.ADAPTERS && !built) {
            throw new InputException(
                    base,
                    "--package adapters: expected a checkpoint folder to build the base graph from, found a file; a graph that"
                            + " exists has no inputs for adapters");
        }
        Optional<Checkpoint> checkpoint = built ? Optional.of(Checkpoint.open(base)) : Optional.empty();
        AdapterMerge merge = TaskPackaging.merge(packaging.adapters(), merged, checkpoint);
        PackageRecord[] record = new PackageRecord[1];
        Outputs.folder(out, force, folder -> {
            try {
                record[0] = kind == Kind.ADAPTERS
                        ? new AdapterPackage(
                                        checkpoint.orElseThrow(),
                                        Version.current(),
                                        !noVerify,
                                        settings,
                                        console::mergeProgress)
                                .write(folder, merge)
                        : new TaskPackage(exporter, kind == Kind.SHARED, console::mergeProgress).write(folder, merge);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        long bytes = record[0].files().stream()
                .mapToLong(PackageRecord.PackagedFile::bytes)
                .sum();
        console.result(
                String.format(
                        Locale.ROOT,
                        "written to %s: %d tasks, %d files, %.1f MB",
                        out,
                        merge.adapters().size(),
                        record[0].files().size(),
                        bytes / 1e6),
                record[0].json().put("out", out.toString()));
    }
}
