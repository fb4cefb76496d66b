package ham.serve.service;

import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The secret that a client must show: {@code Authorization: Bearer TOKEN}, in HTTP a header and in gRPC metadata. */
public final class Token {
    /** Name of the header and of gRPC's metadata. */
    public static final String HEADER = "Authorization";

    private static final String SCHEME = "Bearer ";

    private final byte[] secret;

    private Token(String secret) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads it from a file.
     *
     * @throws ServeException if it cannot be read or has no token of 16 printable characters or more
     */
    public static Token read(Path file) {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            throw ServeException.parameter("token-file", "expected a file with a token, found no file " + file);
        } catch (IOException e) {
            throw ServeException.parameter(
                    "token-file", "expected a file with a token, but " + file + " cannot be read (" + e + ")");
        }
        if (!text.matches("[\\x21-\\x7e]{16,1024}")) {
            throw ServeException.parameter(
                    "token-file",
                    "expected a token of 16 to 1024 printable characters in " + file + ", found " + text.length()
                            + " characters; for example the output of 'openssl rand -hex 32'");
        }
        return new Token(text);
    }

    /**
     * Lets pass who shows it. Takes the same time whatever is shown.
     *
     * @param authorization the header's value, or null
     * @throws ServeException for everybody else
     */
    public void require(String authorization) {
        boolean bearer = authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        byte[] shown =
                (bearer ? authorization.substring(SCHEME.length()).strip() : "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(secret, shown)) {
            throw new ServeException(
                    Status.UNAUTHENTICATED,
                    "Expected the server's token as 'Authorization: Bearer TOKEN', found "
                            + (bearer ? "another." : "none."));
        }
    }
}
