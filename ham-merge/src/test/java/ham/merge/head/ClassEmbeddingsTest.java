package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassEmbeddingsTest {
    @TempDir
    private Path temp;

    @Test
    void aLogitIsTheCosineWithTheClass() {
        Path file = temp.resolve("classes.safetensors");
        new SafetensorsWriter()
                .add("text", new Matrix(2, 3, new float[] {0, 3, 4, 5, 0, 0}))
                .write(file);
        NamedHead named = ClassEmbeddings.read(file);
        assertThat(named.classes()).containsExactly("LABEL_0", "LABEL_1");
        float[] logits = named.head().logits(new float[] {0, 0, 2});
        assertThat(logits).containsExactly(new float[] {0.8f, 0}, within(1e-6f));
    }

    @Test
    void oneTensorOfTwoDimensionsIsExpected() {
        Path two = temp.resolve("two.safetensors");
        new SafetensorsWriter()
                .add("a", Matrix.zeros(2, 3))
                .add("b", Matrix.zeros(2, 3))
                .write(two);
        assertThatThrownBy(() -> ClassEmbeddings.read(two))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected one tensor of class embeddings [classes, width], found [a, b]");
    }
}
