package ham.train.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTest {
    private static final Processor ZEN_5 =
            new Processor("vendor_id\t: AuthenticAMD\nflags\t\t: fma avx2 avx512f avx512_bf16 avx512_vnni\n");
    private static final Processor ZEN_3 = new Processor("vendor_id\t: AuthenticAMD\nflags\t\t: fma avx2 vaes\n");
    private static final Processor SAPPHIRE_RAPIDS =
            new Processor("vendor_id\t: GenuineIntel\nflags\t\t: fma avx2 avx512f avx512_bf16 amx_bf16\n");
    private static final Processor ARM = new Processor("Features\t: fp asimd i8mm bf16 dgh\n");

    @Test
    void knowsWhichProcessorsMultiplyBf16() {
        assertThat(ZEN_5.multipliesBf16()).isTrue();
        assertThat(SAPPHIRE_RAPIDS.multipliesBf16()).isTrue();
        assertThat(ARM.multipliesBf16()).isTrue();
        assertThat(ZEN_3.multipliesBf16()).isFalse();
        assertThat(new Processor("").multipliesBf16()).isFalse();
    }

    @Test
    void knowsWhereMklLeavesAvx512Unused() {
        assertThat(ZEN_5.hasAvx512WithoutMkl()).isTrue();
        assertThat(SAPPHIRE_RAPIDS.hasAvx512WithoutMkl()).isFalse();
        assertThat(ZEN_3.hasAvx512WithoutMkl()).isFalse();
        assertThat(ARM.hasAvx512WithoutMkl()).isFalse();
        assertThat(new Processor("").hasAvx512WithoutMkl()).isFalse();
    }
}
