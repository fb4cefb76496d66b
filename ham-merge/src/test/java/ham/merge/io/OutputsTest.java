package ham.merge.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputsTest {
    @TempDir
    private Path folder;

    private Path target;

    @BeforeEach
    void nameTheTarget() {
        target = folder.resolve("out");
    }

    private static void produce(Path target, boolean asFolder, boolean force, String content) {
        if (asFolder) {
            Outputs.folder(target, force, path -> Files.writeString(path.resolve("content"), content));
        } else {
            Outputs.file(target, force, path -> Files.writeString(path, content));
        }
    }

    private static String content(Path target) throws IOException {
        return Files.readString(Files.isDirectory(target) ? target.resolve("content") : target);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void appearsUnderItsNameOnlyWhenComplete(boolean asFolder) throws IOException {
        Outputs.PathWriter writer = temporary -> {
            assertThat(target).doesNotExist();
            assertThat(temporary.getParent()).isEqualTo(folder);
            Files.writeString(asFolder ? temporary.resolve("content") : temporary, "whole");
        };
        if (asFolder) {
            Outputs.folder(target, false, writer);
        } else {
            Outputs.file(target, false, writer);
        }
        assertThat(content(target)).isEqualTo("whole");
        assertThat(TestData.entries(folder)).containsExactly("out");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void missingParentsAreMade(boolean asFolder) throws IOException {
        Path deep = folder.resolve("a/b/out");
        produce(deep, asFolder, false, "whole");
        assertThat(content(deep)).isEqualTo("whole");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatExistsIsRefusedAndKept(boolean asFolder) throws IOException {
        produce(target, asFolder, false, "old");
        assertThatThrownBy(() -> produce(target, asFolder, false, "new"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(target + ": exists already")
                .hasMessageContaining("or replace it (force)");
        assertThat(content(target)).isEqualTo("old");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void forceReplacesTheWholeOfIt(boolean asFolder) throws IOException {
        produce(target, asFolder, false, "old");
        if (asFolder) {
            Files.createDirectories(target.resolve("deep/er"));
            Files.writeString(target.resolve("deep/er/left-over"), "old");
        }
        produce(target, asFolder, true, "new");
        assertThat(content(target)).isEqualTo("new");
        assertThat(TestData.entries(folder)).containsExactly("out");
        if (asFolder) {
            assertThat(TestData.entries(target)).containsExactly("content");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailingWriterLeavesNothingBehindAndWhatStoodThereStays(boolean asFolder) throws IOException {
        Outputs.PathWriter fails = temporary -> {
            Files.writeString(asFolder ? temporary.resolve("half") : temporary, "half");
            throw new IllegalStateException("in the middle");
        };
        assertThatThrownBy(() -> run(asFolder, false, fails)).hasMessage("in the middle");
        assertThat(TestData.entries(folder)).isEmpty();

        produce(target, asFolder, false, "old");
        assertThatThrownBy(() -> run(asFolder, true, fails)).hasMessage("in the middle");
        assertThat(TestData.entries(folder)).containsExactly("out");
        assertThat(content(target)).isEqualTo("old");
    }

    private void run(boolean asFolder, boolean force, Outputs.PathWriter writer) {
        if (asFolder) {
            Outputs.folder(target, force, writer);
        } else {
            Outputs.file(target, force, writer);
        }
    }

    @Test
    void anIoFailureOfTheWriterIsToldUnderTheOutputsName() {
        IOException full = new IOException("No space left on device");
        assertThatThrownBy(() -> Outputs.file(target, false, path -> {
                    throw full;
                }))
                .isInstanceOf(InputException.class)
                .hasMessage(target + ": cannot be written: No space left on device")
                .hasCause(full);
        assertThatThrownBy(() -> Outputs.folder(target, false, path -> {
                    throw new UncheckedIOException(full);
                }))
                .isInstanceOf(InputException.class)
                .hasMessage(target + ": cannot be written: No space left on device");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileWhereAFolderIsNeededIsToldByName(boolean asFolder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> produce(file.resolve("out"), asFolder, true, "new"))
                .isInstanceOf(InputException.class)
                .hasMessage(file.resolve("out") + ": cannot be written: " + file + " exists and is not a folder");
        assertThat(file).hasContent("mine");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFolderIsNeverReplacedByAFileNorAFileByAFolder(boolean asFolder) throws IOException {
        produce(target, asFolder, false, "old");
        assertThatThrownBy(() -> produce(target, !asFolder, true, "new"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(target + ": is a " + (asFolder ? "folder" : "file"));
        assertThat(content(target)).isEqualTo("old");
        assertThat(TestData.entries(folder)).containsExactly("out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "/"})
    void theWorkingFolderIsNeverReplaced(String name) {
        assertThatThrownBy(() -> produce(Path.of(name), true, true, "new"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("working folder");
    }

    @Test
    void whatSomebodyElseWroteMeanwhileIsKept() throws IOException {
        assertThatThrownBy(() -> Outputs.file(target, false, path -> {
                    Files.writeString(path, "mine");
                    Files.writeString(target, "theirs");
                }))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("exists already");
        assertThat(target).hasContent("theirs");
        assertThat(TestData.entries(folder)).containsExactly("out");
    }

    @Test
    void aRelativePathWithoutParentWorks() throws IOException {
        Path bare = Path.of("OutputsTest-" + ProcessHandle.current().pid());
        try {
            produce(bare, false, false, "whole");
            assertThat(bare).hasContent("whole");
        } finally {
            Files.deleteIfExists(bare);
        }
    }

    @Test
    void aFolderBehindALinkOutlivesTheLink() throws IOException {
        Path behind = Files.createDirectory(folder.resolve("behind"));
        Files.writeString(behind.resolve("precious"), "mine");
        Files.createSymbolicLink(target, behind);
        produce(target, true, true, "new");
        assertThat(content(target)).isEqualTo("new");
        assertThat(behind.resolve("precious")).hasContent("mine");
    }

    @Test
    void whatStoodThereIsPutBackWhenTheRenamingFails() throws IOException {
        produce(target, true, false, "old");
        assertThatThrownBy(() -> Outputs.replace(folder.resolve("nothing"), target))
                .isInstanceOf(IOException.class);
        assertThat(content(target)).isEqualTo("old");
        assertThat(TestData.entries(folder)).containsExactly("out");
    }

    @Test
    void deletingNothingIsNoFault() throws IOException {
        Outputs.deleteTree(folder.resolve("nothing"));
        Path dangling = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nothing"));
        Outputs.deleteTree(dangling);
        assertThat(TestData.entries(folder)).isEmpty();
    }

    /** Ctrl-C sends SIGINT; a JVM ends the same way on SIGTERM, which {@code Process.destroy} sends. */
    @ParameterizedTest
    @ValueSource(strings = {"file", "folder"})
    void aStoppedProcessLeavesNothingBehind(String kind) throws Exception {
        Process writer = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SlowWriter.class.getName(),
                        kind,
                        target.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(writer.getInputStream().read()).isEqualTo('w');
            assertThat(TestData.entries(folder)).singleElement().asString().startsWith(".out.tmp-");
            writer.destroy();
            assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(TestData.entries(folder)).isEmpty();
        } finally {
            writer.destroyForcibly();
        }
    }

    /** Keeps writing until it is stopped. */
    static final class SlowWriter {
        private SlowWriter() {}

        public static void main(String[] arguments) {
            Path target = Path.of(arguments[1]);
            if (arguments[0].equals("folder")) {
                Outputs.folder(target, false, path -> {
                    for (int i = 0; ; i++) {
                        Files.writeString(path.resolve("part" + i), "half");
                        started(i);
                    }
                });
            } else {
                Outputs.file(target, false, path -> {
                    try (var out = Files.newOutputStream(path)) {
                        for (int i = 0; ; i++) {
                            out.write(i);
                            started(i);
                        }
                    }
                });
            }
        }

        private static void started(int round) throws IOException {
            if (round == 0) {
                System.out.write('w');
                System.out.flush();
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    @Test
    void aFileThatIsOrLiesInAnInputIsNotReplaced() throws IOException {
        Path base = Files.createDirectory(folder.resolve("base"));
        Path weights = Files.writeString(base.resolve("model.safetensors"), "weights");
        Path link = Files.createSymbolicLink(folder.resolve("link"), base);
        for (Path output : List.of(weights, link.resolve("model.safetensors"))) {
            for (Path input : List.of(base, weights, link)) {
                assertThatThrownBy(() -> Outputs.checkFile(output, true, List.of(input)))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("the input " + input + " would be lost or changed");
            }
        }
        Outputs.checkFile(base.resolve("model.onnx"), true, List.of(base));
    }

    @Test
    void aFolderIsReplacedOnlyWhenItBearsTheMarkAndHoldsNoInput() throws IOException {
        Path input = Files.createDirectories(target.resolve("adapters/000"));
        assertThatThrownBy(() -> Outputs.checkFolder(target, true, "merge.json", List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a folder with merge.json");
        Files.writeString(target.resolve("merge.json"), "{}");
        assertThatThrownBy(() -> Outputs.checkFolder(target, true, "merge.json", List.of(input)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the input " + input);
        Outputs.checkFolder(target, true, "merge.json", List.of(folder));
        Outputs.checkFolder(input, true, "merge.json", List.of());
        assertThatThrownBy(() -> Outputs.checkFolder(target, false, "merge.json", List.of()))
                .hasMessageContaining("exists already");
    }

    @Test
    void filesThatBelongTogetherAppearTogetherOrNotAtAll() throws IOException {
        Path data = folder.resolve("model.data");
        Path model = folder.resolve("model");
        Files.writeString(data, "old data");
        Files.writeString(model, "old model");
        assertThatThrownBy(() -> Outputs.files(List.of(data, model), true, temporary -> {
                    Files.writeString(temporary.resolve("model.data"), "new data");
                    throw new IOException("disk full");
                }))
                .isInstanceOf(InputException.class);
        assertThat(data).hasContent("old data");
        assertThat(model).hasContent("old model");
        assertThatThrownBy(() -> Outputs.files(List.of(data, model), false, temporary -> {}))
                .hasMessageContaining("or replace it (force)");
        assertThatThrownBy(() -> Outputs.files(
                        List.of(data, model),
                        true,
                        temporary -> Files.writeString(temporary.resolve("model.data"), "new data")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(model).hasContent("old model");
        Outputs.files(List.of(data, model), true, temporary -> {
            Files.writeString(temporary.resolve("model.data"), "new data");
            Files.writeString(temporary.resolve("model"), "new model");
            Files.writeString(temporary.resolve("reference"), "left behind");
        });
        assertThat(data).hasContent("new data");
        assertThat(model).hasContent("new model");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(data, model);
        }
    }
}
