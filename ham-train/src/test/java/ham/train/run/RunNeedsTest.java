package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunNeedsTest {
    private static final long GIB = 1L << 30;

    private static RunNeeds needs(long heap, long step, long statistics, long disk) {
        return new RunNeeds(heap, step + statistics, step, statistics, disk);
    }

    @Test
    void aSmallRunSaysNothing() {
        assertThat(needs(GIB / 4, GIB / 4, GIB / 4, GIB).sentence()).isEmpty();
        assertThat(needs(GIB, 7 * GIB, 2 * GIB, 3 * GIB).sentence())
                .isEqualTo(
                        "this run needs about 1.0 GiB of Java's heap, 9.0 GiB beside it (a training step 7.0, statistics of the"
                                + " heads 2.0) and 3.0 GiB on disk");
    }

    @Test
    void saysWhatToLower() {
        RunNeeds run = needs(2 * GIB, 7 * GIB, 2 * GIB, 3 * GIB);
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 11 * GIB, 3 * GIB))).isEmpty();
        assertThat(run.shortages(new RunNeeds.Room(GIB, 11 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("2.0 GiB are needed, -Xmx allows 1.0", "-Xmx3g");
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 10 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("11.0 GiB are needed, 10.0 are free; lower batch, then projection");
        assertThat(needs(GIB, GIB, 20 * GIB, 3 * GIB).shortages(new RunNeeds.Room(GIB, 10 * GIB, 3 * GIB)))
                .singleElement()
                .asString()
                .contains("lower projection (or leave the frozen backbone out), then batch");
        assertThat(run.shortages(new RunNeeds.Room(2 * GIB, 11 * GIB, 2 * GIB)))
                .singleElement()
                .asString()
                .contains("the disk may be too small: about 3.0 GiB");
    }
}
