package ham.bench.program;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Writes what a run at full size needs and no download: {@code FOLDER/base}, a ViT-B/16 of 224 pixels with random weights, and
 * {@code FOLDER/images}, JPEG files in class folders for training and test. A class is a colour and a shape on a noisy ground; accuracies on
 * them say nothing, times and memory do.
 *
 * <p>{@code java -cp "ham-cli/target/lib/*" ham.bench.program.MakeStream FOLDER CLASSES TRAIN TEST SIDE}, where TRAIN and TEST count images of
 * a class.
 */
public final class MakeStream {
    private MakeStream() {}

    /** Runs. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int classes = Integer.parseInt(args[1]);
        int side = Integer.parseInt(args[4]);
        RandomBackbone.write(folder.resolve("base"));
        images(folder.resolve("images/train"), classes, Integer.parseInt(args[2]), side, 1);
        images(folder.resolve("images/test"), classes, Integer.parseInt(args[3]), side, 2);
    }

    private static void images(Path folder, int classes, int each, int side, int part) throws IOException {
        for (int label = 0; label < classes; label++) {
            Path own = folder.resolve(String.format(Locale.ROOT, "class%03d", label));
            Files.createDirectories(own);
            for (int i = 0; i < each; i++) {
                SplittableRandom random = new SplittableRandom((label * 100_003L + i) * 3 + part);
                ImageIO.write(
                        image(label, classes, side, random),
                        "jpg",
                        own.resolve(String.format(Locale.ROOT, "%05d.jpg", i)).toFile());
            }
        }
    }

    private static BufferedImage image(int label, int classes, int side, SplittableRandom random) {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        Color own = Color.getHSBColor((float) label / classes, 0.7f, 0.9f);
        graphics.setPaint(new GradientPaint(0, 0, Color.DARK_GRAY, side, side, Color.LIGHT_GRAY));
        graphics.fillRect(0, 0, side, side);
        graphics.setColor(own);
        int size = side / 4 + random.nextInt(side / 2);
        int x = random.nextInt(side - size);
        int y = random.nextInt(side - size);
        graphics.fillArc(x, y, size, size, 0, 60 + 300 * label / classes);
        graphics.dispose();
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                int noise = random.nextInt(16);
                image.setRGB(column, row, image.getRGB(column, row) ^ noise * 0x010101);
            }
        }
        return image;
    }
}
