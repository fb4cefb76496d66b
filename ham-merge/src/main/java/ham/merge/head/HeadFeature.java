package ham.merge.head;

import java.util.Locale;

/** Which feature of an encoder a head reads, where an encoder without a classifier gives another than its family's classification model computes. */
public enum HeadFeature {
    /** What the checkpoint's encoder gives. */
    OWN,
    /** What the classifier of its family's classification model reads: the head was saved as such a classifier. */
    CLASSIFIER,
    /** Heads of both kinds were joined: what the encoder gives and what the classifier reads have to be the same. */
    BOTH;

    /** The name in the metadata of {@code head.safetensors}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a head reads that is joined of one that reads this and one that reads another. */
    public HeadFeature with(HeadFeature other) {
        return this == other ? this : BOTH;
    }
}
