package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.RawTensors;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadsFileTest {
    private static final DrawnProjection DRAWN = new DrawnProjection(3, 2, 5);

    @TempDir
    private Path folder;

    private static Optional<NamedHead> head(Projection projection, String... classes) {
        return Optional.of(
                new NamedHead(new AnalyticHead(projection, Matrix.zeros(classes.length, 5)), List.of(classes)));
    }

    @Test
    void headsOfOneProjectionShareItsNumbers() {
        Path file = folder.resolve("heads.safetensors");
        Projection one = Projection.of(DRAWN, Optional.empty());
        HeadsFile.write(file, List.of(head(one, "a"), Optional.empty(), head(Projection.of(DRAWN.matrix()), "a", "b")));
        assertThat(RawTensors.read(file).tensors().keySet())
                .containsExactlyInAnyOrder("projection", "0.weight", "2.weight");
        assertThat(HeadsFile.open(file, 3).head(2)).contains(head(one, "a", "b").orElseThrow());
        assertThat(HeadsFile.open(file, 3).head(1)).isEmpty();
    }

    @Test
    void headsWhoseProjectionsMovedHaveAMapEach() {
        Path file = folder.resolve("heads.safetensors");
        Projection first = Projection.of(DRAWN, Optional.empty());
        Projection moved = Projection.of(DRAWN, Optional.of(new Matrix(2, 2, new float[] {1, 0.25f, -0.5f, 1})));
        HeadsFile.write(file, List.of(head(first, "a"), head(moved, "a", "b")));
        assertThat(RawTensors.read(file).tensors().keySet())
                .containsExactlyInAnyOrder("0.weight", "1.weight", "1.projection_map");
        HeadsFile read = HeadsFile.open(file, 2);
        assertThat(read.head(0)).contains(head(first, "a").orElseThrow());
        assertThat(read.head(1)).contains(head(moved, "a", "b").orElseThrow());
        assertThat(read.head(1)).isNotEqualTo(head(first, "a", "b"));
    }
}
