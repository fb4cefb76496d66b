package ham.train.data;

import java.nio.file.Path;

/**
 * An image of a list.
 *
 * @param file the image
 * @param label the class, as the list has it
 * @param part which part it belongs to, as the list has it; empty where the list does not say
 * @param where in the list, for messages
 */
record ListedImage(Path file, String label, String part, String where) {}
