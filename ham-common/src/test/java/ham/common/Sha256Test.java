package ham.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of FIPS 180-4, however the bytes come. */
class Sha256Test {
    private static final byte[] ABC = "abc".getBytes(StandardCharsets.US_ASCII);
    private static final String OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    @Test
    void isTheSameHoweverTheBytesCome() throws IOException {
        Path file = Files.write(folder.resolve("abc"), ABC);
        ByteBuffer buffer = ByteBuffer.wrap(ABC);
        assertThat(Sha256.of(ABC)).isEqualTo(OF_ABC);
        assertThat(Sha256.of(buffer)).isEqualTo(OF_ABC);
        assertThat(buffer.remaining()).isEqualTo(3);
        assertThat(Sha256.of(file)).isEqualTo(OF_ABC);
        assertThat(new Sha256().update(ABC, 0, 1).update(ABC, 1, 2).hex()).isEqualTo(OF_ABC);
    }
}
