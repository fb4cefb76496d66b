package ham.export.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.common.Sha256;
import ham.export.OnnxFiles;
import ham.export.patch.ModelPatch;
import ham.export.proto.ModelProto;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstallationTest {
    @TempDir
    private Path folder;

    private Path device;
    private Path model;

    @BeforeEach
    void device() {
        device = folder.resolve("device");
        model = device.resolve("model.onnx");
    }

    private Path version(boolean external, int version) throws IOException {
        Path made = folder.resolve("v" + version);
        return Files.exists(made)
                ? made.resolve("model.onnx")
                : external ? Models.external(made, version) : Models.inside(made, version);
    }

    private Update update(boolean external, int from, Optional<Update> after) throws IOException {
        Path base = after.isPresent() ? model : version(external, from);
        return UpdateMaker.ofModels(
                base,
                version(external, from + 1),
                Optional.empty(),
                after,
                folder.resolve("u" + from + ".hamupdate"),
                true);
    }

    private void reset(boolean external) throws IOException {
        Outputs.deleteTree(device);
        if (external) {
            Models.external(device, 0);
        } else {
            Models.inside(device, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anUpdateIsAppliedAndRolledBack(boolean external) throws IOException {
        reset(external);
        float[] before = Models.answer(model);
        Installation installation = new Installation(model);

        installation.apply(update(external, 0, Optional.empty()), next -> {});

        assertThat(Models.answer(model))
                .isEqualTo(Models.answer(version(external, 1)))
                .isNotEqualTo(before);
        assertThat(Models.answer(installation.previous())).isEqualTo(before);
        installation.rollBack();
        assertThat(Models.answer(model)).isEqualTo(before);
        assertThat(Models.answer(installation.previous())).isEqualTo(Models.answer(version(external, 1)));
        installation.rollBack();
        assertThat(Models.answer(model)).isEqualTo(Models.answer(version(external, 1)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void wheneverPowerIsLostOneWholeModelIsThere(boolean external) throws IOException {
        reset(external);
        float[] before = Models.answer(model);
        float[] after = Models.answer(version(external, 1));
        Update update = update(external, 0, Optional.empty());
        FailingDisk whole = new FailingDisk(Integer.MAX_VALUE);
        new Installation(model, whole).apply(update, next -> {});
        assertThat(whole.steps()).isGreaterThanOrEqualTo(10);
        int olds = 0;
        int news = 0;
        for (int failing = 0; failing < whole.steps(); failing++) {
            reset(external);
            Installation dying = new Installation(model, new FailingDisk(failing));
            assertThatThrownBy(() -> dying.apply(update, next -> {})).isInstanceOf(FailingDisk.PowerLoss.class);

            float[] found = Models.answer(model);

            assertThat(found).as("power lost before step " + failing).isIn(before, after);
            Installation restarted = new Installation(model);
            if (java.util.Arrays.equals(found, before)) {
                olds++;
                restarted.apply(update, next -> {});
            } else {
                news++;
            }
            assertThat(Models.answer(model)).isEqualTo(after);
            restarted.rollBack();
            assertThat(Models.answer(model)).isEqualTo(before);
            assertThat(names(".new")).as("left behind").isEmpty();
        }
        assertThat(olds).isPositive();
        assertThat(news).isPositive();
    }

    /** A model in one file gets data, whose name no model of the device knows before. */
    @Test
    void dataOfANameThatIsNewToTheDeviceIsCollectedAsWell() throws IOException {
        Path next = Models.external(folder.resolve("external"), 1);
        Update update = UpdateMaker.ofModels(
                version(false, 0), next, Optional.empty(), Optional.empty(), folder.resolve("u.hamupdate"), false);
        reset(false);
        FailingDisk whole = new FailingDisk(Integer.MAX_VALUE);
        new Installation(model, whole).apply(update, made -> {});
        assertThat(names(".data")).hasSize(1);
        for (int failing = 0; failing < whole.steps(); failing++) {
            reset(false);
            Installation dying = new Installation(model, new FailingDisk(failing));
            assertThatThrownBy(() -> dying.apply(update, made -> {})).isInstanceOf(FailingDisk.PowerLoss.class);
            Installation restarted = new Installation(model);
            if (Sha256.of(model).equals(update.content().base())) {
                assertThatThrownBy(() -> restarted.apply(update, made -> {
                            throw new IllegalStateException("does not open");
                        }))
                        .hasMessage("does not open");
                assertThat(names(".data"))
                        .as("power lost before step " + failing)
                        .isEmpty();
                restarted.apply(update, made -> {});
            }
            restarted.rollBack();
            assertThat(names(".new")).as("power lost before step " + failing).isEmpty();
        }
    }

    @Test
    void dataInASubfolderOfTheNewModelComesToLieBesideIt() throws IOException {
        Path next = subfolder(Models.external(folder.resolve("sub"), 1));
        Update update = UpdateMaker.ofModels(
                version(false, 0), next, Optional.empty(), Optional.empty(), folder.resolve("u.hamupdate"), false);
        reset(false);
        DeliveredUpdate.install(model, update.file(), Optional.empty());
        assertThat(Models.answer(model)).isEqualTo(Models.answer(next));
        assertThat(names(".data")).hasSize(1);
        assertThatThrownBy(() -> UpdateMaker.ofModels(
                        next,
                        Models.external(folder.resolve("v2"), 2),
                        Optional.empty(),
                        Optional.empty(),
                        folder.resolve("no.hamupdate"),
                        false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 'weights/ts17_external.onnx.data' in another folder");
    }

    /** The same model with its data in a folder below. */
    private static Path subfolder(Path file) throws IOException {
        ModelProto.Builder moved = OnnxFiles.read(file).toBuilder();
        for (TensorProto.Builder tensor : moved.getGraphBuilder().getInitializerBuilderList()) {
            tensor.getExternalDataBuilderList().stream()
                    .filter(entry -> entry.getKey().equals("location"))
                    .forEach(entry -> entry.setValue("weights/" + entry.getValue()));
        }
        OnnxFiles.write(moved.build(), file);
        Path data = file.resolveSibling("ts17_external.onnx.data");
        Files.move(data, Files.createDirectory(file.resolveSibling("weights")).resolve(data.getFileName()));
        return file;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatFailsLeavesNothingBehind(boolean external) throws IOException {
        reset(external);
        Update update = update(external, 0, Optional.empty());
        List<String> before = names("");
        assertThatThrownBy(() -> new Installation(model).apply(update, next -> {
                    throw new IllegalStateException("does not open");
                }))
                .hasMessage("does not open");
        assertThat(names("")).containsExactlyInAnyOrderElementsOf(withLock(before));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullDiskIsSaidOfTheModelAndLeavesNothingBehind(boolean external) throws IOException {
        reset(external);
        Update update = update(external, 0, Optional.empty());
        List<String> before = names("");
        Disk full = new Disk() {
            @Override
            public void sync(Path file) throws IOException {
                throw new FileSystemException(file.toString(), null, "No space left on device");
            }
        };
        assertThatThrownBy(() -> new Installation(model, full).apply(update, next -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(model + ": cannot be written")
                .hasMessageContaining("No space left on device");
        assertThat(names("")).containsExactlyInAnyOrderElementsOf(withLock(before));
    }

    @Test
    void whatCannotBeWrittenIsNoFaultOfTheUpdate() throws IOException {
        reset(false);
        Update update = update(false, 0, Optional.empty());
        Path nowhere = folder.resolve("missing/patch");
        assertThatThrownBy(() -> update.extract(0, nowhere))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(nowhere.toString());
    }

    /** The file by which processes exclude each other stays: to remove it would let two in. */
    private static List<String> withLock(List<String> names) {
        return Stream.concat(Stream.of(".ham.lock"), names.stream())
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void wheneverPowerIsLostInARollBackOneWholeModelIsThere() throws IOException {
        reset(false);
        float[] old = Models.answer(model);
        Update update = update(false, 0, Optional.empty());
        new Installation(model).apply(update, next -> {});
        float[] updated = Models.answer(model);
        for (int failing = 0; failing < 8; failing++) {
            reset(false);
            new Installation(model).apply(update, next -> {});
            Installation dying = new Installation(model, new FailingDisk(failing));
            try {
                dying.rollBack();
            } catch (FailingDisk.PowerLoss e) {
                // What is wanted.
            }
            assertThat(Models.answer(model))
                    .as("power lost before step " + failing)
                    .isIn(old, updated);
        }
    }

    @Test
    void aKilledProcessLeavesOneWholeModel() throws Exception {
        reset(true);
        float[] old = Models.answer(model);
        Update update = update(true, 0, Optional.empty());
        float[] updated = Models.answer(version(true, 1));
        Random random = new Random(7);
        for (int kill = 0; kill < 4; kill++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            Optional.ofNullable(System.getProperty("surefire.test.class.path"))
                                    .orElse(System.getProperty("java.class.path")),
                            ApplyForEver.class.getName(),
                            model.toString(),
                            update.file().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                // Its first line comes when it begins.
                assertThat(process.inputReader().readLine()).isEqualTo("begin");
                Thread.sleep(20 + random.nextInt(400));
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Models.answer(model)).isIn(old, updated);
        }
        Installation restarted = new Installation(model);
        if (java.util.Arrays.equals(Models.answer(model), old)) {
            restarted.apply(update, next -> {});
        }
        assertThat(Models.answer(model)).isEqualTo(updated);
    }

    @Test
    void aChainIsAppliedInItsOrderAndOldDataGoes() throws IOException {
        reset(true);
        Installation installation = new Installation(model);
        Update first = update(true, 0, Optional.empty());
        installation.apply(first, next -> {});
        Update second = update(true, 1, Optional.of(first));
        Installation copy = new Installation(Models.external(folder.resolve("other"), 0));
        assertThatThrownBy(() -> copy.apply(second, next -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("apply the updates in their order");
        installation.apply(second, next -> {});
        Update third = update(true, 2, Optional.of(second));
        installation.apply(third, next -> {});

        assertThat(Models.answer(model)).isEqualTo(Models.answer(version(true, 3)));
        assertThat(names(".data")).hasSize(3);
        assertThat(Journal.read(device.resolve("model.onnx.journal")).updateOf(Sha256.of(model)))
                .contains(third.sha256());
        assertThatThrownBy(() -> installation.apply(third, next -> {})).hasMessageContaining("nothing to apply");
    }

    @Test
    void anUpdateOfAnotherChainIsRefused() throws IOException {
        reset(false);
        Update first = update(false, 0, Optional.empty());
        Update other = UpdateMaker.ofModels(
                model, version(false, 1), Optional.empty(), Optional.empty(), folder.resolve("other.hamupdate"), false);
        assertThat(other.sha256()).as("the same content is the same update").isEqualTo(first.sha256());
        new Installation(model).apply(first, next -> {});
        Update second = update(false, 1, Optional.of(first));
        UpdateContent content = second.content();
        Update strange = new Update(
                second.file(),
                new UpdateContent(1, "f".repeat(64), content.base(), content.result(), content.files()),
                second.sha256());
        assertThatThrownBy(() -> new Installation(model).apply(strange, next -> {}))
                .hasMessageContaining("expected to follow the update that made the model");
    }

    /** Back to the first model by an update: the update before is not taken again, but for one that was rolled back. */
    @Test
    void anUpdateIsNotRepeatedWhereItsBaseComesBack() throws IOException {
        reset(false);
        Update first = update(false, 0, Optional.empty());
        Update back = UpdateMaker.ofModels(
                version(false, 1),
                version(false, 0),
                Optional.empty(),
                Optional.of(first),
                folder.resolve("back.hamupdate"),
                false);
        Installation installation = new Installation(model);
        installation.apply(first, next -> {});
        installation.rollBack();
        installation.apply(first, next -> {});
        installation.apply(back, next -> {});
        assertThatThrownBy(() -> installation.apply(first, next -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(back.sha256(), "follows none");
        Path patch = folder.resolve("p.hampatch");
        ModelPatch.write(model, version(false, 1), patch);
        DeliveredUpdate.install(model, patch, Optional.empty());
        assertThat(Sha256.of(model)).isEqualTo(first.content().result());
    }

    @Test
    void aModelThatTheCheckRefusesChangesNothing() throws IOException {
        reset(true);
        float[] before = Models.answer(model);
        assertThatThrownBy(() -> new Installation(model).apply(update(true, 0, Optional.empty()), next -> {
                    throw new InputException(next, "is not wanted");
                }))
                .hasMessageContaining("is not wanted");
        assertThat(Models.answer(model)).isEqualTo(before);
        assertThat(device.resolve("model.onnx.previous")).doesNotExist();
    }

    @Test
    void withoutAPreviousModelThereIsNothingToRollBackTo() throws IOException {
        reset(false);
        assertThatThrownBy(() -> new Installation(model).rollBack())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nothing to roll back to");
    }

    private List<String> names(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(device)) {
            return new ArrayList<>(files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(suffix))
                    .toList());
        }
    }
}
