package ham.merge.checkpoint;

/** Which tokens of the last block become the feature that a classifier reads. */
public enum Pooling {
    /** The class token. */
    CLASS_TOKEN,
    /**
     * Class and distillation token: the base has a classifier for each and averages their logits; any other head reads the mean of the two
     * tokens. Source: DeiT, arXiv 2012.12877, section 4, and timm's {@code VisionTransformerDistilled}.
     */
    CLASS_AND_DISTILLATION_TOKEN,
    /** The mean of all patch tokens; class and register tokens do not count. */
    PATCH_MEAN
}
