package ham.merge.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.tensor.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadStitchingTest {
    private static final Random RANDOM = new Random(4);

    static Stream<Function<Integer, Head>> concatenable() {
        return Stream.of(
                classes -> new LinearHead(random(classes, 5), random(1, classes).data()),
                classes -> new PrototypeHead(random(classes, 5)));
    }

    @ParameterizedTest
    @MethodSource("concatenable")
    void logitsOfTheJoinedHeadAreThoseOfTheHeadsSideBySide(Function<Integer, Head> make) {
        List<NamedHead> heads = IntStream.range(0, 4)
                .mapToObj(task -> named(make.apply(1 + task), "task" + task))
                .toList();
        NamedHead joined = HeadStitching.join(heads);
        assertThat(joined.head().classes()).isEqualTo(1 + 2 + 3 + 4);
        assertThat(joined.classes()).startsWith("task0.0", "task1.0", "task1.1", "task2.0");
        float[] features = random(1, 5).data();
        List<Float> expected = new ArrayList<>();
        for (NamedHead each : heads) {
            for (float logit : each.head().logits(features)) {
                expected.add(logit);
            }
        }
        assertThat(joined.head().logits(features)).containsExactly(expected.toArray(Float[]::new));
    }

    @ParameterizedTest
    @MethodSource("concatenable")
    void oneHeadIsItself(Function<Integer, Head> make) {
        NamedHead only = named(make.apply(3), "x");
        assertThat(HeadStitching.join(List.of(only))).isEqualTo(only);
    }

    @Test
    void headsThatReadOtherBlocksAreNotJoined() {
        List<NamedHead> deep = Stream.of("a", "b")
                .map(name -> new NamedHead(new PrototypeHead(random(1, 6)), List.of(name), 2))
                .toList();
        assertThat(HeadStitching.join(deep).featureBlocks()).isEqualTo(2);
        NamedHead other = new NamedHead(new PrototypeHead(random(1, 6)), List.of("c"), 1);
        assertThatThrownBy(() -> HeadStitching.join(List.of(deep.get(0), other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected heads that read 2 blocks beside the feature, found one that reads 1");
        NamedHead two = new NamedHead(analytic(2), List.of("a", "b"), 3);
        assertThat(HeadStitching.only(Set.of("b"), two).featureBlocks()).isEqualTo(3);
    }

    @Test
    void headsOfBothFeaturesReadBoth() {
        NamedHead own = named(new PrototypeHead(random(1, 6)), "a");
        NamedHead saved = named(new PrototypeHead(random(1, 6)), "b").reading(HeadFeature.CLASSIFIER);
        assertThat(HeadStitching.join(List.of(saved)).feature()).isEqualTo(HeadFeature.CLASSIFIER);
        assertThat(HeadStitching.join(List.of(own, saved)).feature()).isEqualTo(HeadFeature.BOTH);
    }

    @Test
    void ofAnalyticHeadsTheLastIsTakenIfItKnowsAllClasses() {
        NamedHead first = new NamedHead(analytic(2), List.of("a", "b"));
        NamedHead second = new NamedHead(analytic(4), List.of("b", "a", "c", "d"));
        assertThat(HeadStitching.join(List.of(first, second))).isSameAs(second);
        assertThatThrownBy(() -> HeadStitching.join(List.of(second, first)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the last analytic head does not cover class 'c'; give the adapters in training order");
    }

    @Test
    void headsThatDoNotFitTogetherAreRefused() {
        NamedHead prototype = named(new PrototypeHead(random(2, 5)), "x");
        assertThatThrownBy(() -> HeadStitching.join(List.of(prototype, named(analytic(2), "y"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected prototype heads only, found one of kind analytic");
        assertThatThrownBy(() -> HeadStitching.join(List.of(prototype, named(new PrototypeHead(random(2, 6)), "y"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected heads for 5 features, found one for 6");
        assertThatThrownBy(() -> HeadStitching.join(List.of(prototype, prototype)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("class 'x.0' is in two heads");
    }

    private static AnalyticHead analytic(int classes) {
        return new AnalyticHead(random(5, 7), random(classes, 7));
    }

    private static NamedHead named(Head head, String prefix) {
        return new NamedHead(
                head,
                IntStream.range(0, head.classes())
                        .mapToObj(i -> prefix + "." + i)
                        .toList());
    }

    private static Matrix random(int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) RANDOM.nextGaussian();
        }
        return matrix;
    }
}
