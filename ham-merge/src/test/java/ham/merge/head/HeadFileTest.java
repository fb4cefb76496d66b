package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeadFileTest {
    private static final List<String> CLASSES = List.of("a \"quoted\" name", "é,\nß");
    private static final Matrix WEIGHT = new Matrix(2, 3, new float[] {1, 2, 3, 4, 5, 6});

    @TempDir
    private Path folder;

    static Stream<Arguments> heads() {
        return Stream.of(
                arguments(new LinearHead(WEIGHT, new float[] {7, 8}), List.of("bias", "weight")),
                arguments(new PrototypeHead(WEIGHT), List.of("weight")),
                arguments(
                        new AnalyticHead(new Matrix(1, 3, new float[] {7, 8, 9}), WEIGHT),
                        List.of("projection", "weight")));
    }

    @ParameterizedTest
    @MethodSource("heads")
    void whatIsWrittenIsReadAgain(Head head, List<String> tensors) {
        Path file = folder.resolve("head.safetensors");
        HeadFile.write(file, new NamedHead(head, CLASSES));
        NamedHead read = HeadFile.read(file);
        assertThat(read.classes()).isEqualTo(CLASSES);
        assertThat(read.head()).usingRecursiveComparison().isEqualTo(head);
        RawTensors raw = RawTensors.read(file);
        assertThat(raw.tensors().keySet()).containsExactlyElementsOf(tensors);
        assertThat(raw.metadata()).containsEntry("head", head.kind().optionName());
    }

    @Test
    void ofHowManyBlocksItReadsIsRemembered() {
        Path file = folder.resolve("head.safetensors");
        NamedHead deep = new NamedHead(new PrototypeHead(WEIGHT), CLASSES, 2);
        HeadFile.write(file, deep);
        assertThat(RawTensors.read(file).metadata()).containsEntry("feature_blocks", "2");
        assertThat(HeadFile.read(file).featureBlocks()).isEqualTo(2);
        Path heads = folder.resolve("heads.safetensors");
        HeadsFile.write(heads, List.of(Optional.empty(), Optional.of(deep)));
        assertThat(HeadsFile.open(heads, 2).head(1).orElseThrow().featureBlocks())
                .isEqualTo(2);
        HeadFile.write(file, new NamedHead(new PrototypeHead(WEIGHT), CLASSES));
        assertThat(RawTensors.read(file).metadata()).doesNotContainKey("feature_blocks");
        new SafetensorsWriter()
                .metadata("head", "prototype")
                .metadata("classes", "[\"a\",\"b\"]")
                .metadata("feature_blocks", "0")
                .add("weight", WEIGHT)
                .write(file);
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected metadata 'feature_blocks' to be a number of blocks, found 0");
    }

    @Test
    void whichFeatureItReadsIsRemembered() {
        Path file = folder.resolve("head.safetensors");
        NamedHead saved = new NamedHead(new PrototypeHead(WEIGHT), CLASSES, 0, HeadFeature.CLASSIFIER);
        HeadFile.write(file, saved);
        assertThat(HeadFile.read(file).feature()).isEqualTo(HeadFeature.CLASSIFIER);
        Path heads = folder.resolve("heads.safetensors");
        HeadsFile.write(heads, List.of(Optional.of(saved)));
        assertThat(HeadsFile.open(heads, 1).head(0).orElseThrow().feature()).isEqualTo(HeadFeature.CLASSIFIER);
        HeadFile.write(file, new NamedHead(new PrototypeHead(WEIGHT), CLASSES));
        assertThat(RawTensors.read(file).metadata()).doesNotContainKey("feature");
        new SafetensorsWriter()
                .metadata("head", "prototype")
                .metadata("classes", "[\"a\",\"b\"]")
                .metadata("feature", "last")
                .add("weight", WEIGHT)
                .write(file);
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected metadata 'feature' of own, classifier or both, found last");
    }

    @Test
    void aDrawnProjectionNeedsNoNumbers() {
        DrawnProjection drawn = new DrawnProjection(-5, 4, 3);
        Path file = folder.resolve("head.safetensors");
        HeadFile.writeShort(
                file, new NamedHead(new AnalyticHead(Projection.of(drawn, Optional.empty()), WEIGHT), CLASSES));
        RawTensors raw = RawTensors.read(file);
        assertThat(raw.tensors().keySet()).containsExactly("weight");
        assertThat(raw.metadata().get("projection")).startsWith("java.util.Random -5 4x3 ");
        AnalyticHead read = (AnalyticHead) HeadFile.read(file).head();
        assertThat(read.projection().matrix()).isSameAs(drawn.matrix());
        assertThat(read.projection().matrix().data()[0]).isEqualTo((float) new Random(-5).nextGaussian());
    }

    @Test
    void aProjectionThatMovedNeedsTheMapAlone() {
        DrawnProjection drawn = new DrawnProjection(7, 4, 3);
        Matrix map = new Matrix(4, 4, new float[] {1, 0.5f, 0, 0, 0, 1, 0, 0, 0, 0, 1, -2, 0, 0, 0, 1});
        Projection moved = Projection.of(drawn, Optional.of(map));
        Path file = folder.resolve("head.safetensors");
        HeadFile.writeShort(file, new NamedHead(new AnalyticHead(moved, WEIGHT), CLASSES));
        RawTensors raw = RawTensors.read(file);
        assertThat(raw.tensors().keySet()).containsExactlyInAnyOrder("weight", "projection_map");
        Projection read = ((AnalyticHead) HeadFile.read(file).head()).projection();
        assertThat(read).isEqualTo(moved).isEqualTo(Projection.of(moved.matrix()));
        assertThat(read).isNotEqualTo(Projection.of(drawn, Optional.empty()));
        float[] first = drawn.matrix().data();
        for (int column = 0; column < 3; column++) {
            assertThat(read.matrix().get(0, column)).isEqualTo((float) (first[column] + 0.5 * first[3 + column]));
            assertThat(read.matrix().get(2, column)).isEqualTo((float) (first[6 + column] - 2.0 * first[9 + column]));
        }
        // Whoever draws nothing finds the numbers in the other form; a release that knows no map refuses the short one.
        HeadFile.write(file, new NamedHead(new AnalyticHead(moved, WEIGHT), CLASSES));
        assertThat(RawTensors.read(file).tensors().keySet()).containsExactlyInAnyOrder("weight", "projection");
        assertThat(((AnalyticHead) HeadFile.read(file).head()).projection()).isEqualTo(moved);
        assertThat(raw.metadata().get("projection")).startsWith("projection_map * java.util.Random 7 4x3 ");
    }

    /** A head of two classes whose metadata has this text for its projection. */
    private static RawTensors analytic(String projection) {
        return new RawTensors()
                .add("weight", List.of(2L, 3L), WEIGHT.data())
                .metadata("head", "analytic")
                .metadata("classes", "[\"a\",\"b\"]")
                .metadata("projection", projection);
    }

    @Test
    void refusesAMapThatDoesNotFit() {
        DrawnProjection drawn = new DrawnProjection(7, 4, 3);
        Path file = folder.resolve("head.safetensors");
        Projection moved = Projection.of(drawn, Optional.of(Matrix.zeros(4, 4)));
        HeadFile.writeShort(file, new NamedHead(new AnalyticHead(moved, WEIGHT), CLASSES));
        String text = RawTensors.read(file).metadata().get("projection");
        analytic(text).add("projection_map", List.of(3L, 3L), new float[9]).write(file);
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a map of 4 x 4, found one of 3 x 3");
    }

    @Test
    void refusesAProjectionThatIsDrawnOtherwise() {
        for (String text : List.of(
                "java.util.Random 1 4x3 " + "0".repeat(64),
                "numpy 1 4x3 " + "0".repeat(64),
                "java.util.Random 1 999999x999999 " + "0".repeat(64))) {
            Path file = folder.resolve("head.safetensors");
            analytic(text).write(file);
            assertThatThrownBy(() -> HeadFile.read(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("metadata 'projection': expected ")
                    .hasMessageContaining("use the file as it was written");
        }
    }

    private static RawTensors linear() {
        return new RawTensors()
                .add("weight", List.of(2L, 3L), WEIGHT.data())
                .add("bias", List.of(2L), 1, 2)
                .metadata("head", "linear")
                .metadata("classes", "[\"a\",\"b\"]");
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                arguments(change(all -> all.metadata("head", "cosine")), "'head' of linear, prototype or analytic"),
                arguments(change(all -> all.metadata("head", "LINEAR")), "found LINEAR"),
                arguments(change(all -> all.metadata("head", "analytic")), "expected a tensor 'projection'"),
                arguments(change(all -> all.remove("bias")), "expected a tensor 'bias', found none of that name"),
                arguments(change(all -> all.remove("weight")), "expected a tensor 'weight', found none of that name"),
                arguments(change(all -> all.add("bias", List.of(3L), 1, 2, 3)), "expected 2 biases, found 3"),
                arguments(change(all -> all.add("bias", List.of(2L, 1L), 1, 2)), "'bias': expected a vector"),
                arguments(change(all -> all.add("weight", List.of(6L), WEIGHT.data())), "expected a matrix"),
                arguments(change(all -> all.add("bias", List.of(2L), 1, Float.NaN)), "'bias': expected finite values"),
                arguments(
                        change(all -> all.metadata("head", "analytic")
                                .add("projection", List.of(7L, 0L))
                                .add("weight", List.of(2L, 0L))),
                        "found 2 classes and 7 features, none of them projected"),
                arguments(
                        change(all -> all.add("weight", List.of(2L, 0L))),
                        "expected at least one class and one feature, found 2 classes and 0 features"),
                arguments(change(all -> all.metadata("classes", "[\"a\"]")), "expected 2 class names, found 1"),
                arguments(change(all -> all.metadata("classes", "[\"a\",null]")), "to be a JSON array of names"),
                arguments(change(all -> all.metadata("classes", "[\"a\",7]")), "to be a JSON array of names"),
                arguments(change(all -> all.metadata("classes", "null")), "to be a JSON array of names"),
                arguments(change(all -> all.metadata("classes", "{\"0\":\"a\"}")), "to be a JSON array of names"),
                arguments(change(all -> all.metadata("classes", "[\"a\",\"b\"")), "to be a JSON array of names"),
                arguments(change(all -> all.metadata("classes", "")), "to be a JSON array of names"));
    }

    private static UnaryOperator<RawTensors> change(UnaryOperator<RawTensors> change) {
        return change;
    }

    @ParameterizedTest
    @MethodSource("damages")
    void aDamagedFileIsRefused(UnaryOperator<RawTensors> damage, String message) {
        Path file = damage.apply(linear()).write(folder.resolve("head.safetensors"));
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void aFileWithoutMetadataIsNoHead() {
        Path file =
                new RawTensors().add("weight", List.of(2L, 3L), WEIGHT.data()).write(folder.resolve("x"));
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected metadata 'head'");
        new RawTensors()
                .add("weight", List.of(2L, 3L), WEIGHT.data())
                .metadata("head", "prototype")
                .write(file);
        assertThatThrownBy(() -> HeadFile.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected metadata 'classes' with the names of the classes, found none");
    }
}
