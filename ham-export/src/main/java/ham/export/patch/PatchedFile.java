package ham.export.patch;

/**
 * Which file a patch is for, and what it makes of it.
 *
 * @param baseSha256 of the file that is there
 * @param resultSha256 of the file that it makes
 * @param resultBytes size of that
 */
public record PatchedFile(String baseSha256, String resultSha256, long resultBytes) {}
