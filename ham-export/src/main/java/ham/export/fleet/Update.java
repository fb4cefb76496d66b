package ham.export.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A file {@code .hamupdate}: a zip archive of {@code update.json} ({@link UpdateContent}), its signature {@code update.sig} (Ed25519 over the bytes of
 * {@code update.json}, in base 64; missing where nobody signed) and the patches {@code 0.hampatch}, {@code 1.hampatch}, ..., which it names by hash.
 *
 * @param file where it is
 * @param content what it does
 * @param sha256 of {@code update.json}: the update's name in a chain
 */
public record Update(Path file, UpdateContent content, String sha256) {
    private static final String CONTENT = "update.json";
    private static final String SIGNATURE = "update.sig";
    private static final int LARGEST_TEXT = 1 << 20;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

    /**
     * Writes an update.
     *
     * @param key signs it; empty for none
     * @param patches in the order of the changes
     */
    static Update write(UpdateContent content, Optional<PrivateKey> key, List<Path> patches, Path file, boolean force) {
        try {
            byte[] text = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content);
            Outputs.file(file, force, temporary -> {
                try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(temporary))) {
                    // Patches are packed already.
                    zip.setLevel(1);
                    put(zip, CONTENT, text);
                    if (key.isPresent()) {
                        put(zip, SIGNATURE, Base64.getEncoder().encode(sign(key.get(), text)));
                    }
                    for (int i = 0; i < patches.size(); i++) {
                        zip.putNextEntry(entry(patch(i)));
                        Files.copy(patches.get(i), zip);
                        zip.closeEntry();
                    }
                }
            });
            return new Update(file, content, Sha256.of(text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(entry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    /** The same update gives the same bytes, whenever it is written. */
    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(0);
        return entry;
    }

    private static byte[] sign(PrivateKey key, byte[] text) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs", e);
        }
    }

    /**
     * Reads an update.
     *
     * @param key whose signature it must have; empty to take any, and none
     * @throws InputException when it is none, is damaged, or its signature is missing or not of that key
     */
    public static Update open(Path file, Optional<PublicKey> key) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            byte[] text = bytes(zip, CONTENT).orElseThrow(() -> damaged(file, "it has no " + CONTENT));
            if (key.isPresent()) {
                verify(file, zip, text, key.get());
            }
            UpdateContent content = JSON.readValue(text, UpdateContent.class);
            if (content.format() != UpdateContent.FORMAT) {
                throw new InputException(
                        file, "expected an update of format " + UpdateContent.FORMAT + ", found " + content.format());
            }
            content.files().forEach(each -> {
                requireName(file, each.from());
                requireName(file, each.to());
            });
            long models = content.files().stream()
                    .filter(UpdateContent.FileChange::isModel)
                    .count();
            if (models != 1 || !content.files().get(content.files().size() - 1).isModel()) {
                throw damaged(file, "it changes " + models + " models, not one and that last");
            }
            return new Update(file, content, Sha256.of(text));
        } catch (ZipException | JsonProcessingException | IllegalArgumentException e) {
            throw damaged(
                    file, String.valueOf(e.getMessage()).lines().findFirst().orElse("it cannot be read"));
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    private static void verify(Path file, ZipFile zip, byte[] text, PublicKey key) throws IOException {
        byte[] signed = bytes(zip, SIGNATURE)
                .orElseThrow(() -> new InputException(
                        file, "expected a signature of the key " + SigningKeys.name(key) + ", found none"));
        boolean right;
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(text);
            right = signature.verify(Base64.getDecoder().decode(signed));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            right = false;
        }
        if (!right) {
            throw new InputException(
                    file,
                    "expected a signature of the key " + SigningKeys.name(key)
                            + ", found one that is not of this key and this content; it is not applied");
        }
    }

    /** Names lie beside the model: no path of an update leads anywhere else. */
    private static void requireName(Path file, String name) {
        if (name.contains("/") || name.contains("\\") || name.contains("\0") || name.equals("..") || name.equals(".")) {
            throw damaged(file, "it names the file '" + name + "'");
        }
    }

    /**
     * Takes a patch out.
     *
     * @throws InputException when it is not the one that was signed
     */
    void extract(int index, Path target) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(patch(index));
            if (entry == null) {
                throw damaged(file, "it has no " + patch(index));
            }
            try (InputStream in = zip.getInputStream(entry)) {
                copy(in, target);
            }
            if (!Sha256.of(target).equals(content.files().get(index).patchSha256())) {
                throw damaged(file, patch(index) + " has another hash than " + CONTENT + " says");
            }
        } catch (ZipException | IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** What cannot be written is no fault of the update. */
    private static void copy(InputStream in, Path target) throws IOException {
        byte[] buffer = new byte[1 << 16];
        int read = in.read(buffer);
        try (OutputStream out =
                Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (read >= 0) {
                write(out, buffer, read);
                read = in.read(buffer);
            }
        } catch (FileSystemException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(OutputStream out, byte[] buffer, int length) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> bytes(ZipFile zip, String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            return Optional.empty();
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return Optional.of(in.readNBytes(LARGEST_TEXT));
        }
    }

    private static String patch(int index) {
        return index + ".hampatch";
    }

    private static InputException damaged(Path file, String how) {
        return new InputException(
                file, "expected a whole update, found that it is damaged: " + how + "; fetch it again");
    }
}
