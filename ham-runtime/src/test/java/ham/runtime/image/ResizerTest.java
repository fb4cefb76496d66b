package ham.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import ham.testing.TestData;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResizerTest {
    private static final JsonNode GOLDEN = TestData.json("pillow/resize.json");

    @ParameterizedTest
    @EnumSource(Resample.class)
    void agreesWithPillowBitByBit(Resample filter) {
        int compared = 0;
        for (JsonNode golden : GOLDEN.get("cases")) {
            if (!golden.get("filter").textValue().equals(filter.name())) {
                continue;
            }
            JsonNode source = GOLDEN.get("sources").get(golden.get("source").textValue());
            RgbImage image = new RgbImage(integer(source, "width"), integer(source, "height"), pixels(source));

            RgbImage resized = Resizer.resize(image, integer(golden, "width"), integer(golden, "height"), filter);

            assertThat(resized.rgb())
                    .as("%dx%d to %dx%d", image.width(), image.height(), resized.width(), resized.height())
                    .isEqualTo(pixels(golden));
            assertThat(Resample.ofNumber(integer(golden, "number"))).contains(filter);
            compared++;
        }
        assertThat(compared).isEqualTo(9);
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void agreesWithPillowOnLargerImages(Resample filter) throws NoSuchAlgorithmException {
        int compared = 0;
        for (JsonNode golden : GOLDEN.get("large")) {
            if (golden.get("filter").textValue().equals(filter.name())) {
                RgbImage image = pattern(integer(golden, "source_width"), integer(golden, "source_height"));
                RgbImage resized = Resizer.resize(image, integer(golden, "width"), integer(golden, "height"), filter);
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(resized.rgb());
                assertThat(HexFormat.of().formatHex(hash))
                        .isEqualTo(golden.get("sha256").textValue());
                compared++;
            }
        }
        assertThat(compared).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(Resample.class)
    void keepsAUniformImageUniform(Resample filter) {
        byte[] uniform = new byte[3 * 13 * 9];
        Arrays.fill(uniform, (byte) 201);

        byte[] resized =
                Resizer.resize(new RgbImage(13, 9, uniform), 31, 4, filter).rgb();

        assertThat(resized).hasSize(3 * 31 * 4).containsOnly((byte) 201);
    }

    @Test
    void leavesAnImageOfTheSameSizeAlone() {
        RgbImage image = pattern(5, 7);

        assertThat(Resizer.resize(image, 5, 7, Resample.BICUBIC)).isSameAs(image);
    }

    @Test
    void refusesAnEmptyResult() {
        assertThatThrownBy(() -> Resizer.resize(pattern(5, 7), 0, 7, Resample.BOX))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x7");
    }

    /** The formula of {@code pattern} in make_pillow.py. */
    private static RgbImage pattern(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        int out = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    rgb[out++] = (byte) (x * x * 7 + y * 13 * x + channel * 50 + ((x * y) >> 3));
                }
            }
        }
        return new RgbImage(width, height, rgb);
    }

    private static int integer(JsonNode node, String key) {
        return node.get(key).intValue();
    }

    private static byte[] pixels(JsonNode node) {
        return Base64.getDecoder().decode(node.get("rgb").textValue());
    }
}
