package ham.train.data;

/** What somebody needs of a data set. */
public enum Wanted {
    /** Images to learn from and images to measure with, both of every class. */
    BOTH,
    /** Images to measure with. */
    TEST,
    /** Images, whichever there are. */
    ANY
}
