package ham.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
    @Test
    void leavesTheMarkOut() throws IOException {
        assertThat(Utf8.decode("\ufeffcaf\u00e9".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("caf\u00e9");
        assertThat(Utf8.decode(new byte[0])).isEmpty();
        assertThat(Utf8.decode(new byte[] {'a'})).isEqualTo("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE"})
    void tellsUtf16WithAndWithoutItsMark(String name) {
        assertOther("cafe".getBytes(Charset.forName(name)), true);
    }

    @Test
    void tellsEncodingsOfEightBits() {
        assertOther("caf\u00e9".getBytes(StandardCharsets.ISO_8859_1), false);
    }

    private static void assertOther(byte[] bytes, boolean utf16) {
        assertThatThrownBy(() -> Utf8.decode(bytes))
                .isInstanceOfSatisfying(Utf8.OtherEncoding.class, found -> assertThat(found.isUtf16())
                        .isEqualTo(utf16));
    }
}
