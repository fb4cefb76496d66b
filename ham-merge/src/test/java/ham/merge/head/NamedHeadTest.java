package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedHeadTest {
    private final NamedHead saved = new NamedHead(
            new LinearHead(new Matrix(2, 3, new float[6]), new float[2]), List.of("adapter/0", "adapter/1"));

    @Test
    void classesGetOtherNames() {
        NamedHead named = saved.named(List.of("Katze", "Möwe"));
        assertThat(named.classes()).containsExactly("Katze", "Möwe");
        assertThat(named.head()).isSameAs(saved.head());
        assertThat(saved.isNameless()).isTrue();
        assertThat(named.isNameless()).isFalse();
    }

    @Test
    void saysWhatItReads() {
        assertThat(saved.described()).isEqualTo("linear head");
        assertThat(new NamedHead(saved.head(), saved.classes(), 1).described()).isEqualTo("linear head of 1 block");
        NamedHead deep = new NamedHead(saved.head(), saved.classes(), 3);
        assertThat(deep.described()).isEqualTo("linear head of 3 blocks");
        assertThat(deep.named(List.of("a", "b")).featureBlocks()).isEqualTo(3);
        assertThatThrownBy(() -> new NamedHead(saved.head(), saved.classes(), -1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyClassHasOneNameOfItsOwn() {
        assertThatThrownBy(() -> saved.named(List.of("a", "b", "c")))
                .isInstanceOf(InputException.class)
                .hasMessage("labels: expected 2 different names, one a class, found 3");
        assertThatThrownBy(() -> saved.named(List.of("a", "a"))).hasMessageContaining("1 of them twice");
    }
}
