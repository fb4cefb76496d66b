package ham.job.tune;

import static org.assertj.core.api.Assertions.assertThat;

import ham.bench.latency.Measured;
import ham.bench.latency.TimedAction;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotientTest {
    private static long[] turns(int count, long each) {
        long[] durations = new long[count];
        Arrays.fill(durations, each);
        return durations;
    }

    /** What slows the whole machine down slows both. */
    @Test
    void aTurnIsOneQuotient() {
        long[] plain = {100, 1000, 5000};
        long[] other = {50, 500, 5000};
        assertThat(Quotient.of(plain, other).median()).isEqualTo(0.5);
        assertThat(Quotient.of(plain, plain).median()).isEqualTo(1);
    }

    @Test
    void fewTurnsAreNotSure() {
        for (int turns : new int[] {1, 4, 5}) {
            Quotient few = Quotient.of(turns(turns, 100), turns(turns, 20));
            assertThat(few.median()).isEqualTo(0.2);
            assertThat(few.surelyBelow(0.99)).isFalse();
        }
        assertThat(Quotient.of(turns(6, 100), turns(6, 20)).surelyBelow(0.99)).isTrue();
    }

    /** Faster in the median of twenty turns, but not in enough of them. */
    @Test
    void whatIsFasterNowAndThenIsNotSure() {
        long[] other = turns(20, 110);
        Arrays.fill(other, 0, 11, 90);
        Quotient quotient = Quotient.of(turns(20, 100), other);
        assertThat(quotient.median()).isEqualTo(0.9);
        assertThat(quotient.most()).isEqualTo(1.1);
        assertThat(quotient.surelyBelow(0.99)).isFalse();
    }

    /** One of the turns that there are at least may be disturbed. */
    @Test
    void theLeastTurnsBoundTheMedian() {
        long[] other = turns(Turns.LEAST, 50);
        other[3] = 1000;
        assertThat(Quotient.of(turns(Turns.LEAST, 100), other).most()).isEqualTo(0.5);
        TimedAction nothing = new TimedAction("nothing", () -> {});
        List<Measured> measured = Turns.measure(List.of(nothing, nothing), 0);
        assertThat(measured).allSatisfy(each -> assertThat(each.samplesNs()).hasSize(Turns.LEAST));
        assertThat(Turns.measure(List.of(nothing), 0.2).get(0).latency().count())
                .isGreaterThan(Turns.LEAST);
    }

    @Test
    void thePlainFormStaysUnlessAnotherIsSurelyFaster() {
        Quotient plain = new Quotient(1, 1);
        assertThat(Quotient.least(List.of(plain, new Quotient(0.5, Double.NaN), new Quotient(0.9, 1)), 0.99))
                .isZero();
        assertThat(Quotient.least(
                        List.of(plain, new Quotient(0.5, 1.2), new Quotient(0.8, 0.9), new Quotient(0.7, 0.95)), 0.99))
                .isEqualTo(3);
    }
}
