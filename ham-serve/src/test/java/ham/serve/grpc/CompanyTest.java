package ham.serve.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CompanyTest {
    private static final long MILLI = 1_000_000;

    private final AtomicLong now = new AtomicLong(-5 * MILLI);
    private final Company company = new Company(now::get);

    private boolean after(long nanos) {
        now.addAndGet(nanos);
        return company.enter();
    }

    @Test
    void aClientThatWaitsForItsAnswersIsAlone() {
        for (int i = 0; i < 100; i++) {
            assertThat(after(MILLI / 5)).isFalse();
            now.addAndGet(MILLI);
            company.leave();
        }
    }

    @Test
    void twoAtATimeHaveCompanyAndKeepItForAWhile() {
        assertThat(after(0)).isFalse();
        assertThat(after(MILLI)).isTrue();
        company.leave();
        company.leave();
        assertThat(after(99 * MILLI)).isTrue();
        company.leave();
        assertThat(after(2 * MILLI)).isFalse();
    }

    /** One thread reads for several clients: while it is kept by a run, the others' requests wait to be read. */
    @Test
    void whatIsReadRightBehindARunWaitedForIt() {
        assertThat(after(0)).isFalse();
        company.leave();
        assertThat(after(20_000)).isTrue();
        company.leave();
        assertThat(after(50 * MILLI)).isTrue();
    }
}
