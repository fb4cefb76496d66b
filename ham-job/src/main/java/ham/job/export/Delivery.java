package ham.job.export;

import ham.common.Version;
import ham.export.ExportResult;
import ham.export.form.FormChange;
import ham.export.form.FormCheck;
import ham.export.form.GraphForm;
import ham.export.pack.AdapterPackage;
import ham.export.pack.PackageFolder;
import ham.export.pack.PackageRecord;
import ham.export.pack.TaskAdapters;
import ham.export.pack.TaskPackage;
import ham.export.pack.TritonPackage;
import ham.export.patch.ModelPatch;
import ham.export.patch.PatchReport;
import ham.job.work.TemporaryFolder;
import ham.job.work.WorkListener;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.Merged;
import ham.merge.io.Outputs;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** In which shape an export hands over what it makes: a file, a file of another form, a patch beside it, or a folder. */
public final class Delivery {
    private final Path base;
    private final Path out;
    private final GraphForm form;
    private final Optional<String> logits;
    private final Optional<PackageChoice> packaging;
    private final Optional<PatchChoice> patching;
    private final boolean force;
    private final boolean verify;
    private final SessionSettings settings;
    private final WorkListener listener;

    private Delivery(Builder builder) {
        base = Objects.requireNonNull(builder.base, "base");
        out = Objects.requireNonNull(builder.out, "out");
        form = builder.form;
        logits = builder.logits;
        packaging = builder.packaging;
        patching = builder.patching;
        force = builder.force;
        verify = builder.verify;
        settings = builder.settings;
        listener = builder.listener;
    }

    /** A delivery to be described. */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes a delivery; without more it is one verified file of the usual form. */
    public static final class Builder {
        private Path base;
        private Path out;
        private GraphForm form = GraphForm.PLAIN;
        private Optional<String> logits = Optional.empty();
        private Optional<PackageChoice> packaging = Optional.empty();
        private Optional<PatchChoice> patching = Optional.empty();
        private boolean force;
        private boolean verify = true;
        private SessionSettings settings = new SessionSettings(0);
        private WorkListener listener = WorkListener.SILENT;

        private Builder() {}

        /** What the merge is added to: a checkpoint folder or an ONNX model. */
        public Builder setBase(Path folderOrModel) {
            base = folderOrModel;
            return this;
        }

        /** The file or, of a package, the folder to write. */
        public Builder setOut(Path fileOrFolder) {
            out = fileOrFolder;
            return this;
        }

        /** What the model takes and gives. */
        public Builder optForm(GraphForm other) {
            form = other;
            return this;
        }

        /** The output of the model that is exported which holds the logits, where it has several. */
        public Builder optLogits(String output) {
            logits = Optional.of(output);
            return this;
        }

        /** A folder instead of a file. */
        public Builder optPackage(PackageChoice folder) {
            packaging = Optional.of(folder);
            return this;
        }

        /** A patch beside the file. */
        public Builder optPatch(PatchChoice patch) {
            patching = Optional.of(patch);
            return this;
        }

        /** Whether existing outputs are replaced. */
        public Builder optForce(boolean replace) {
            force = replace;
            return this;
        }

        /** Whether what is written is compared with its reference. */
        public Builder optVerify(boolean compare) {
            verify = compare;
            return this;
        }

        /** Of the sessions that compare. */
        public Builder optSession(SessionSettings session) {
            settings = session;
            return this;
        }

        /** Who is told how it goes. */
        public Builder optListener(WorkListener told) {
            listener = told;
            return this;
        }

        /** The delivery. */
        public Delivery build() {
            return new Delivery(this);
        }
    }

    /** Whether the models of the tasks are to be written, and not the merged one. */
    public boolean isTasks() {
        return packaging.filter(each -> !each.kind().merged()).isPresent();
    }

    /**
     * Refuses choices that do not go together, and outputs that may not be written, before long work begins.
     *
     * @param others inputs that no output may replace, beside those that the delivery knows itself
     * @throws InputException naming the parameter or the file
     */
    public void check(List<Path> others) {
        List<Path> inputs = Stream.of(
                        Stream.of(base),
                        packaging.stream().flatMap(each -> each.adapters().stream()),
                        patching.stream()
                                .flatMap(each -> Stream.of(each.from(), each.fromMerged()))
                                .flatMap(Optional::stream),
                        others.stream())
                .flatMap(Function.identity())
                .toList();
        if (packaging.isPresent()) {
            PackageKind kind = packaging.get().kind();
            Outputs.checkFolder(out, force, PackageFolder.RECORD, inputs);
            if (patching.isPresent()) {
                throw InputException.parameter(
                        "patch", "expected one model, found the package " + kind + "; export the model alone");
            }
            if (isTasks() && !form.equals(GraphForm.PLAIN)) {
                throw InputException.parameter(
                        "package",
                        "expected models of the usual form in a package " + kind
                                + ", found another input, another output or features");
            }
        } else {
            Outputs.checkFile(out, force, inputs);
        }
        patching.ifPresent(patch -> {
            Outputs.checkFile(patch.file(), force, inputs);
            if (absolute(patch.file()).equals(absolute(out))) {
                throw InputException.parameter(
                        "patch", "expected another file than the model's, found " + patch.file() + " for both");
            }
            deployed(patch);
        });
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }

    private Path deployed(PatchChoice patch) {
        return patch.from()
                .or(() -> Optional.of(base).filter(Files::isRegularFile))
                .orElseThrow(() -> InputException.parameter(
                        "from", "expected the model that devices have for the patch to begin at, found none"));
    }

    /** Applies a patch to the base; gives the SHA-256 of the file that is written. */
    public String apply(Path patch) {
        Outputs.checkFile(out, force, List.of(base, patch));
        return ModelPatch.apply(patch, base, out, force);
    }

    /**
     * Hands over the merged model.
     *
     * @param merged what it holds
     * @param exporter writes the model to the path that it is given
     */
    public Delivered merged(Merged merged, Function<Path, Exported> exporter) {
        boolean plain = form.equals(GraphForm.PLAIN);
        if (plain && packaging.isEmpty()) {
            Exported exported = exporter.apply(out);
            return new Delivered(exported, patch(merged, exported.result(), out));
        }
        try (TemporaryFolder folder = new TemporaryFolder()) {
            Path model = folder.path().resolve("model.onnx");
            Exported written = exporter.apply(model);
            ExportResult exported = written.result();
            Path formed =
                    plain ? model : formed(model, folder.path().resolve("form").resolve("model.onnx"));
            if (!plain && verify) {
                listener.stage(
                        FormCheck.possible(model, logits)
                                ? FormCheck.of(model, formed, form, logits, settings)
                                        .text()
                                : "not compared with the usual form, as the model does not say how images are prepared and"
                                        + " what its classes are, or is not of float32");
            }
            if (packaging.isPresent()) {
                Outputs.folder(
                        out,
                        force,
                        target -> TritonPackage.write(
                                target, formed, packaging.get().triton()));
            } else {
                Outputs.file(out, force, target -> Files.copy(formed, target));
            }
            ExportResult result = new ExportResult(
                    out, Files.size(formed), exported.labels(), exported.head(), exported.matched(), exported.parity());
            return new Delivered(written.with(result), patch(merged, result, formed));
        } catch (IOException e) {
            throw InputException.unwritable(out, e);
        }
    }

    private Path formed(Path model, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        FormChange.write(model, form, logits, target);
        return target;
    }

    private Optional<PatchReport> patch(Merged merged, ExportResult result, Path model) {
        return patching.map(patch -> {
            PatchReport[] report = new PatchReport[1];
            Outputs.file(
                    patch.file(),
                    force,
                    file -> report[0] =
                            ModelPatch.write(deployed(patch), patch.before(), model, merged, result.matched(), file));
            return report[0].at(patch.file());
        });
    }

    /**
     * Hands over a folder with the models of the tasks.
     *
     * @param merged the merge folder, if there is one
     * @param exporter writes the model of one task
     */
    public Packaged tasks(Optional<Path> merged, TaskPackage.Exporter exporter) {
        PackageChoice choice = packaging.orElseThrow();
        boolean built = Files.isDirectory(base);
        if (choice.kind() == PackageKind.ADAPTERS && !built) {
            throw InputException.parameter(
                    "package",
                    "expected a checkpoint folder to build the base graph of adapters from, found the file " + base
                            + "; a graph that exists has no inputs for adapters");
        }
        Optional<Checkpoint> checkpoint = built ? Optional.of(Checkpoint.open(base)) : Optional.empty();
        AdapterMerge merge = TaskAdapters.merge(choice.adapters(), merged, checkpoint);
        MergeProgress progress = listener::progress;
        PackageRecord[] record = new PackageRecord[1];
        Outputs.folder(out, force, folder -> {
            try {
                record[0] = choice.kind() == PackageKind.ADAPTERS
                        ? new AdapterPackage(checkpoint.orElseThrow(), Version.current(), verify, settings, progress)
                                .write(folder, merge)
                        : new TaskPackage(exporter, choice.kind() == PackageKind.SHARED, progress).write(folder, merge);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        return Packaged.of(merge.adapters().size(), record[0]);
    }
}
