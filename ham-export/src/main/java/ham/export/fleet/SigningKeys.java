package ham.export.fleet;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/**
 * Ed25519 keys in PEM files, as {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey -pubout} write them. Source: RFC 8032 (signatures),
 * RFC 8410 (keys), RFC 7468 (PEM).
 */
public final class SigningKeys {
    private static final String ALGORITHM = "Ed25519";
    private static final String PRIVATE = "PRIVATE KEY";
    private static final String PUBLIC = "PUBLIC KEY";
    private static final int LINE = 64;

    private SigningKeys() {}

    /**
     * Makes a pair: {@code NAME.key}, which signs and only its owner may read, and {@code NAME.pub}, which devices get; both or neither.
     *
     * @throws InputException when one of the files is there already, or they cannot be written
     */
    public static KeyFiles generate(Path name) {
        return generate(name, Disk.REAL);
    }

    static KeyFiles generate(Path name, Disk disk) {
        KeyFiles files = new KeyFiles(
                name.resolveSibling(name.getFileName() + ".key"), name.resolveSibling(name.getFileName() + ".pub"));
        Outputs.refuseExisting(files.privateKey(), false);
        Outputs.refuseExisting(files.publicKey(), false);
        try {
            KeyPair pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            Outputs.files(List.of(files.publicKey(), files.privateKey()), false, folder -> {
                Path file = folder.resolve(files.privateKey().getFileName());
                Files.createFile(file);
                if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                }
                disk.write(file, pem(PRIVATE, pair.getPrivate()));
                disk.write(folder.resolve(files.publicKey().getFileName()), pem(PUBLIC, pair.getPublic()));
            });
            return files;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime since 15 has Ed25519", e);
        }
    }

    /**
     * A pair of files.
     *
     * @param privateKey signs
     * @param publicKey verifies
     */
    public record KeyFiles(Path privateKey, Path publicKey) {}

    /**
     * Reads a key that signs.
     *
     * @throws InputException when it is no unencrypted Ed25519 key in PEM
     */
    public static PrivateKey readPrivate(Path file) {
        byte[] bytes = body(file, PRIVATE);
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw refused(file, PRIVATE, e);
        }
    }

    /**
     * Reads a key that verifies.
     *
     * @throws InputException when it is no Ed25519 key in PEM
     */
    public static PublicKey readPublic(Path file) {
        byte[] bytes = body(file, PUBLIC);
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw refused(file, PUBLIC, e);
        }
    }

    /** What a key is called in messages: the beginning of the SHA-256 of its encoded form. */
    public static String name(PublicKey key) {
        return Sha256.of(key.getEncoded()).substring(0, 16);
    }

    private static byte[] pem(String kind, Key key) {
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return ("-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] body(Path file, String kind) {
        String begin = "-----BEGIN " + kind + "-----";
        String end = "-----END " + kind + "-----";
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            int from = text.indexOf(begin);
            int to = text.indexOf(end);
            if (from < 0 || to < from) {
                throw refused(file, kind, null);
            }
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        } catch (IllegalArgumentException e) {
            throw refused(file, kind, e);
        }
    }

    private static InputException refused(Path file, String kind, Exception cause) {
        return new InputException(file, "expected an Ed25519 " + kind + " in PEM, found something else", cause);
    }
}
