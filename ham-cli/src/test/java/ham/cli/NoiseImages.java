package ham.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Four classes of twelve training and twelve test images of 32 x 32 pixels. */
public final class NoiseImages {
    private NoiseImages() {}

    /** Writes them as class folders. */
    public static void write(Path data) throws IOException {
        Random random = new Random(1);
        for (String part : new String[] {"train", "test"}) {
            for (int label = 0; label < 4; label++) {
                Path folder = Files.createDirectories(data.resolve(part + "/colour" + label));
                for (int i = 0; i < 12; i++) {
                    ImageIO.write(
                            noise(label, random),
                            "png",
                            folder.resolve(i + ".png").toFile());
                }
            }
        }
    }

    /** Noise that is dark or bright in its upper and in its lower half, by class. */
    private static BufferedImage noise(int label, Random random) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 32; y++) {
            int level = ((y < 16 ? label : label >> 1) & 1) == 0 ? 40 : 180;
            for (int x = 0; x < 32; x++) {
                int value = level + random.nextInt(60);
                image.setRGB(x, y, value << 16 | value << 8 | value);
            }
        }
        return image;
    }
}
