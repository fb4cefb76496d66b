package ham.export.form;

import ham.export.ExportRequest;
import ham.export.TestData;
import ham.export.VitExporter;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.merge.folder.Merged;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Classifier;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormChangeTest {
    @TempDir
    private Path folder;

    @Test
    void probe() throws Exception {
        Random random = new Random(3);
        for (Resample filter : List.of(Resample.BILINEAR, Resample.BICUBIC)) {
            for (Resizing resizing :
                    List.of(new Resizing.Exact(32, 32), new Resizing.ShortestEdge(37), new Resizing.None())) {
                for (Crop crop : List.of(Crop.NONE, Crop.CENTER, Crop.CENTER_HALF_EVEN)) {
                    if (crop == Crop.NONE && !(resizing instanceof Resizing.Exact)) continue;
                    Preprocessing p = new Preprocessing(
                            resizing,
                            filter,
                            crop,
                            32,
                            32,
                            1 / 255.0,
                            List.of(0.485, 0.456, 0.406),
                            List.of(0.229, 0.224, 0.225));
                    Path core = folder.resolve("core.onnx");
                    ExportRequest r = ExportRequest.of(TestData.tiny(), Merged.none(), "1", core, TestData.SETTINGS);
                    VitExporter.export(new ExportRequest(
                            r.base(),
                            r.merged(),
                            p,
                            r.version(),
                            core,
                            true,
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            r.settings()));
                    Path uint8 = folder.resolve("uint8.onnx");
                    FormChange.write(core, new GraphForm(Input.UINT8, Output.LOGITS, 1, true), uint8);
                    double worst = 0;
                    try (Classifier a = Classifier.open(core, TestData.SETTINGS);
                            Classifier b = Classifier.open(uint8, TestData.SETTINGS)) {
                        for (int i = 0; i < 40; i++) {
                            int w = 32 + random.nextInt(90), h = 32 + random.nextInt(90);
                            if (i % 4 == 0 && resizing instanceof Resizing.Exact) {
                                w = 5 + i;
                                h = 7 + i;
                            }
                            byte[] rgb = new byte[w * h * 3];
                            random.nextBytes(rgb);
                            RgbImage image = new RgbImage(w, h, rgb);
                            float[] x = a.logits(List.of(image))[0], y = b.logits(List.of(image))[0];
                            for (int k = 0; k < x.length; k++) worst = Math.max(worst, Math.abs(x[k] - y[k]));
                        }
                    }
                    System.out.println("PROBE " + filter + " " + resizing + " " + crop + " " + worst);
                }
            }
        }
    }
}
