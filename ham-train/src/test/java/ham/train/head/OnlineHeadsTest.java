package ham.train.head;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.HeadKind;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.train.engine.TorchEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineHeadsTest {
    private static final int WIDTH = 4;

    @TempDir
    private Path temp;

    private static Features features(int from, int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count * WIDTH];
        int[] positions = new int[count];
        Arrays.setAll(positions, i -> from + i % 2);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() + positions[i / WIDTH] * (i % WIDTH));
        }
        return new Features(values, positions);
    }

    @Test
    void goesOnFromWhatItSaved() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1)) {
            OnlineHeads heads = new OnlineHeads(
                    engine,
                    WIDTH,
                    new HeadSettings(HeadKind.ANALYTIC, 12, RidgeRule.SUM, DriftRule.NONE),
                    7,
                    Shelf.NONE);
            heads.add(features(0, 30, 1), features(0, 6, 2), 2);
            SafetensorsWriter writer = new SafetensorsWriter();
            heads.save(writer, "merged.");
            heads.save(writer, "other.");
            Path file = temp.resolve("statistics.safetensors");
            writer.write(file);

            OnlineHeads restored =
                    OnlineHeads.restore(engine, RidgeRule.SUM, Shelf.NONE, SafetensorsFile.open(file), "merged.");
            assertSame(restored.heads(), heads.heads());
            for (OnlineHeads each : new OnlineHeads[] {heads, restored}) {
                each.add(features(2, 30, 3), features(2, 6, 4), 4);
            }
            assertSame(restored.heads(), heads.heads());
            assertThat(restored.ridge()).isEqualTo(heads.ridge());
            assertThat(heads.heads().get(HeadKind.PROTOTYPE).classes()).isEqualTo(4);
        }
    }

    private static void assertSame(Map<HeadKind, Head> found, Map<HeadKind, Head> expected) {
        assertThat(found.get(HeadKind.PROTOTYPE)).isEqualTo(expected.get(HeadKind.PROTOTYPE));
        AnalyticHead foundAnalytic = (AnalyticHead) found.get(HeadKind.ANALYTIC);
        AnalyticHead expectedAnalytic = (AnalyticHead) expected.get(HeadKind.ANALYTIC);
        assertThat(foundAnalytic.projection()).isEqualTo(expectedAnalytic.projection());
        assertThat(foundAnalytic.weight().data())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(expectedAnalytic.weight().data());
    }
}
