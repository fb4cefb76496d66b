package ham.train.engine;

import ham.common.Machine;

/**
 * What Linux tells of a processor; elsewhere nothing is known of it.
 *
 * @param text of {@code /proc/cpuinfo}
 */
record Processor(String text) {
    /** This machine's. */
    static final Processor HERE = new Processor(Machine.cpuInfo());

    /** Whether it has instructions that multiply bf16. */
    boolean multipliesBf16() {
        return text.contains("avx512_bf16") || text.contains("amx_bf16") || text.contains(" bf16");
    }

    /** Whether it has AVX-512 that MKL, which takes it on Intel's processors alone, leaves unused. */
    boolean hasAvx512WithoutMkl() {
        return text.contains("avx512f") && !text.contains("GenuineIntel");
    }
}
