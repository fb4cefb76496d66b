package ham.serve.service;

import ham.serve.protocol.ServeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * A certificate and its key.
 *
 * @param certificates PEM file: the server's, then those of who signed it
 * @param key PEM file: PKCS 8, not encrypted
 */
public record Tls(Path certificates, Path key) {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    /** The password of a key store that never leaves memory. */
    public static final String PASSWORD = "in-memory";

    /**
     * Both in a key store.
     *
     * @throws ServeException if a file cannot be read or is not what it should be
     */
    public KeyStore keyStore() {
        try {
            Collection<? extends Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certificates)));
            if (chain.isEmpty()) {
                throw problem("tls-cert", certificates, "a certificate in PEM", null);
            }
            PublicKey certified = chain.iterator().next().getPublicKey();
            PrivateKey secret = privateKey(certified.getAlgorithm());
            if (!belong(secret, certified)) {
                throw ServeException.parameter(
                        "tls-key",
                        "expected the key of the certificate in " + certificates + ", found that of another in " + key);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", secret, PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw problem("tls-cert", certificates, "certificates in PEM", e);
        }
    }

    /** Whether the certified key verifies what the secret one signs. */
    private static boolean belong(PrivateKey secret, PublicKey certified) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (secret.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                });
        byte[] message = certified.getEncoded();
        signature.initSign(secret);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(message);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false; // of another size
        }
    }

    private PrivateKey privateKey(String algorithm) {
        try {
            String text = Files.readString(key);
            int begin = text.indexOf(BEGIN);
            int end = text.indexOf(END);
            if (begin < 0 || end < begin) {
                throw problem("tls-key", key, "a key in PEM that begins with " + BEGIN, null);
            }
            byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
            String family = List.of("RSA", "EC").contains(algorithm) ? algorithm : "Ed25519";
            return KeyFactory.getInstance(family).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw problem("tls-key", key, "the certificate's key in PEM (PKCS 8)", e);
        }
    }

    private static ServeException problem(String parameter, Path file, String expected, Exception cause) {
        return ServeException.parameter(
                parameter,
                "expected " + expected + " in " + file + ", found "
                        + (cause == null ? "none" : "that it cannot be read (" + cause.getMessage() + ")"));
    }
}
