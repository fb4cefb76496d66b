package ham.job.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TuneSizesTest {
    private static TuneSizes sizes(List<Long> shape, OptionalInt batch, List<Integer> lengths) {
        TuneRequest request = new TuneRequest(
                Path.of("text.onnx"),
                Path.of("tuned.onnx"),
                false,
                batch,
                lengths.isEmpty() ? Optional.empty() : Optional.of(lengths),
                1,
                1,
                false,
                0,
                Optional.empty(),
                0,
                Map.of());
        TensorSpec ids = new TensorSpec("input_ids", "int64", shape, Collections.nCopies(shape.size(), ""));
        return TuneSizes.of(List.of(ids), request);
    }

    @Test
    void whatIsFreeIsAsAskedFor() {
        List<Long> free = List.of(-1L, -1L);
        assertThat(sizes(free, OptionalInt.empty(), List.of())).isEqualTo(new TuneSizes(1, List.of(32)));
        assertThat(sizes(free, OptionalInt.of(4), List.of(8, 16))).isEqualTo(new TuneSizes(4, List.of(8, 16)));
    }

    @Test
    void whatTheModelFixesIsKept() {
        List<Long> fixed = List.of(2L, 64L);
        assertThat(sizes(fixed, OptionalInt.empty(), List.of())).isEqualTo(new TuneSizes(2, List.of(64)));
        assertThat(sizes(fixed, OptionalInt.of(2), List.of(64))).isEqualTo(new TuneSizes(2, List.of(64)));
        assertThatThrownBy(() -> sizes(fixed, OptionalInt.of(1), List.of()))
                .hasMessage("batch: expected 2, which text.onnx fixes, found 1; leave it out");
        assertThatThrownBy(() -> sizes(fixed, OptionalInt.empty(), List.of(64, 128)))
                .hasMessage("length: expected 64, which text.onnx fixes, found 64, 128; leave it out");
    }
}
