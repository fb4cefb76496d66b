package ham.merge.adapter;

/**
 * What an adapter does to one bias, or to the weight of a norm.
 *
 * @param values [out], float32
 * @param full whether {@code values} is the whole bias in place of the base's (PEFT's {@code bias}), so that its delta needs the base;
 *     otherwise {@code values} is the delta itself (PEFT's {@code lora_bias}, already scaled)
 */
@SuppressWarnings("ArrayRecordComponent")
public record BiasChange(float[] values, boolean full) {
    /** Name of the weight beside a bias; of what is no bias its own. */
    public static String weightBeside(String name) {
        return name.replaceFirst("bias$", "weight");
    }
}
