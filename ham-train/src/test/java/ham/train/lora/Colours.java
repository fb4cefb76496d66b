package ham.train.lora;

import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.TinyVit;
import ham.train.data.ImageSet;
import ham.train.input.ImageReader;
import ham.train.input.TaskExamples;
import java.util.Random;
import java.util.stream.IntStream;

/** 90 images: label 0 is reddish, 1 greenish, 2 bluish, with noise. */
final class Colours implements ImageSet {
    static TaskExamples images() {
        return images(Preprocessing.vitDefault(TinyVit.SIDE));
    }

    static TaskExamples images(Preprocessing preprocessing) {
        int[] all = IntStream.range(0, 90).toArray();
        return new TaskExamples(new Colours(), all, label -> label, new ImageReader(preprocessing));
    }

    @Override
    public int size() {
        return 90;
    }

    @Override
    public int label(int index) {
        return index % 3;
    }

    @Override
    public RgbImage image(int index) {
        Random random = new Random(index);
        byte[] rgb = new byte[3 * 64];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (random.nextInt(100) + (i % 3 == index % 3 ? 120 : 30));
        }
        return new RgbImage(8, 8, rgb);
    }
}
