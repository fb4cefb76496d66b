package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ProgramGateTest {
    @Test
    void waitsForTheProgramThatRunsAndLetsNoOtherBegin() throws Exception {
        ProgramGate gate = new ProgramGate();
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Integer> program = CompletableFuture.supplyAsync(() -> gate.through(() -> {
            runs.countDown();
            await(mayEnd);
            ended.set(true);
            return 7;
        }));
        runs.await();
        assertThat(gate.close(Duration.ofMillis(5))).isFalse();

        CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(() -> {
            boolean all = gate.close(Duration.ofSeconds(50));
            assertThat(ended).isTrue();
            CompletableFuture<Integer> late = CompletableFuture.supplyAsync(() -> gate.through(() -> 8));
            assertThat(late.completeOnTimeout(-1, 50, TimeUnit.MILLISECONDS).join())
                    .isEqualTo(-1);
            return all;
        });
        mayEnd.countDown();
        assertThat(closed.get()).isTrue();
        assertThat(program.get()).isEqualTo(7);
    }

    @Test
    void letsProgramsRunBesideEachOther() {
        ProgramGate gate = new ProgramGate();
        assertThat(gate.through(() -> gate.through(() -> 3))).isEqualTo(3);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
