package ham.merge.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.control.ControlForward;
import ham.merge.encoder.control.ControlTensor;
import ham.merge.head.HeadFeature;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The plain forward pass against what transformers and PEFT computed. */
class EncoderControlTest {
    private static final float TOLERANCE = 1e-4f;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#all")
    void computesWhatTransformersDoes(EncoderFixture fixture) {
        compare(fixture, new ControlForward(fixture.checkpoint(), Map.of()), fixture.baseOutputs());
    }

    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#all")
    void computesWhatPeftDoes(EncoderFixture fixture) {
        Checkpoint base = fixture.checkpoint();
        compare(fixture, new ControlForward(base, fixture.deltas(base)), fixture.adaptedOutputs());
    }

    /** Images of half the size and of half as much again, positions brought to it by the library that made the fixture. */
    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#sized")
    void computesImagesOfAnotherSizeAsTheLibraryDoes(EncoderFixture.Sized sized) {
        ControlForward forward = new ControlForward(sized.checkpoint(), Map.of());
        Map<String, ControlTensor> values = sized.values();
        Map<String, ControlTensor> inputs = Map.of(EncoderInput.PIXELS, values.remove(EncoderInput.PIXELS));
        assertThat(values).isNotEmpty();
        values.forEach((name, expected) -> {
            ControlTensor found = forward.output(name, inputs);
            assertThat(found.shape()).as(name).isEqualTo(expected.shape());
            assertThat(found.data())
                    .as(name)
                    .usingComparatorWithPrecision(TOLERANCE)
                    .containsExactly(expected.data());
        });
    }

    /** The encoder's own feature first, then each block's vector, the last block first; written out here for every image and text. */
    @ParameterizedTest
    @MethodSource("ham.merge.encoder.EncoderFixture#all")
    void headsMayReadTheLastBlocksToo(EncoderFixture fixture) {
        Checkpoint base = fixture.checkpoint();
        Encoder encoder = base.encoder();
        int count = encoder.blocks();
        Checkpoint deep = base.withFeatureBlocks(count);
        ControlForward forward = new ControlForward(deep, fixture.deltas(base));
        List<ControlTensor> blocks = new ArrayList<>();
        ControlTensor tokens =
                encoder.tokens(forward.ops(), fixture.inputs(), (block, given) -> blocks.add(block, given));
        assertThat(blocks).hasSize(count);
        ControlTensor all = forward.feature(fixture.inputs());
        int width = encoder.width();
        int d = encoder.tokenWidth();
        assertThat(deep.encoder().width()).isEqualTo(width + count * d);
        int n = all.shape()[0];
        assertThat(all.shape()).containsExactly(n, width + count * d);
        ControlTensor own = encoder.feature(forward.ops(), fixture.inputs(), tokens);
        for (int i = 0; i < n; i++) {
            assertThat(row(all, i, 0, width)).containsExactly(row(own, i, 0, width));
            for (int k = 0; k < count; k++) {
                ControlTensor each = encoder.blockFeature(forward.ops(), fixture.inputs(), blocks.get(count - 1 - k));
                assertThat(row(all, i, width + k * d, d)).containsExactly(row(each, i, 0, d));
            }
        }
        assertThat(deep.withFeatureBlocks(0).encoder()).isSameAs(encoder);
        assertThat(deep.withFeatureBlocks(1).encoder().width()).isEqualTo(width + d);
        assertThatThrownBy(() -> base.withFeatureBlocks(count + 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a model of at least " + (count + 1) + " blocks")
                .hasMessageContaining("found " + count);
    }

    static Stream<EncoderFixture> classifiers() {
        return EncoderFixture.all()
                .filter(each -> each.checkpoint().encoder().classifier().equals("classifier")
                        && each.checkpoint().hasClassifier()
                        && !each.name().equals("distilbert"));
    }

    private static NamedHead head(int width, HeadFeature feature) {
        return new NamedHead(new LinearHead(Matrix.zeros(1, width), new float[1]), List.of("a"), 0, feature);
    }

    /** A classifier on a base without one reads what it read in the model that it was saved of. */
    @ParameterizedTest
    @MethodSource("classifiers")
    void aSavedClassifierReadsTheSameFeatureWithoutTheBasesOwn(EncoderFixture fixture) throws IOException {
        Checkpoint whole = fixture.checkpoint();
        Path bare = folder.resolve("bare");
        Files.createDirectories(bare);
        Files.copy(fixture.folder().resolve("config.json"), bare.resolve("config.json"));
        RawTensors tensors = RawTensors.read(fixture.folder().resolve("model.safetensors"));
        tensors.remove(whole.encoder().classifier() + ".weight")
                .remove(whole.encoder().classifier() + ".bias")
                .write(bare.resolve("model.safetensors"));
        int width = whole.encoder().width();
        Checkpoint read = Checkpoint.open(bare).readBy(Optional.of(head(width, HeadFeature.CLASSIFIER)));
        assertThat(read.encoder().width()).isEqualTo(width);
        assertThat(new ControlForward(read, Map.of()).feature(fixture.inputs()).data())
                .containsExactly(new ControlForward(whole, Map.of())
                        .feature(fixture.inputs())
                        .data());
    }

    @Test
    void aSavedClassifierReadsThePoolerOfABareBertAndTheMeanOfASiglip() {
        EncoderFixture bert = new EncoderFixture("bert-bare");
        NamedHead head = head(bert.checkpoint().encoder().width(), HeadFeature.CLASSIFIER);
        Checkpoint read = bert.checkpoint().readBy(Optional.of(head));
        assertThat(read.encoder().readsPooler()).isTrue();
        assertThat(new ControlForward(read, Map.of()).feature(bert.inputs()).data())
                .usingComparatorWithPrecision(TOLERANCE)
                .containsExactly(bert.baseOutputs().get(Encoder.POOLED).data());
        EncoderFixture siglip = new EncoderFixture("siglip-vision");
        ControlTensor tokens = siglip.baseOutputs().get(Encoder.TOKENS);
        float[] feature = new ControlForward(siglip.checkpoint().readBy(Optional.of(head)), Map.of())
                .feature(siglip.inputs())
                .data();
        int count = tokens.shape()[1];
        int d = tokens.shape()[2];
        for (int j = 0; j < d; j++) {
            double mean = 0;
            for (int token = 0; token < count; token++) {
                mean += tokens.data()[token * d + j] / (double) count;
            }
            assertThat((double) feature[j]).isCloseTo(mean, within(1e-4));
        }
    }

    @Test
    void refusesAFeatureThatTheBaseDoesNotGive() {
        Checkpoint bert = new EncoderFixture("bert-bare").checkpoint();
        int width = bert.encoder().width();
        assertThatThrownBy(() -> bert.readBy(Optional.of(head(width, HeadFeature.BOTH))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("some of the joined heads read one and some the other, found a BERT");
        assertThat(bert.readBy(Optional.of(head(width, HeadFeature.OWN)))).isSameAs(bert);
        Checkpoint mpnet = new EncoderFixture("mpnet-bare").checkpoint();
        assertThatThrownBy(() -> mpnet.readBy(Optional.of(head(width, HeadFeature.CLASSIFIER))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected the layer 'classifier.dense'")
                .hasMessageContaining("saved with its classification model");
    }

    private static float[] row(ControlTensor tensor, int row, int from, int count) {
        int width = tensor.shape()[1];
        return Arrays.copyOfRange(tensor.data(), row * width + from, row * width + from + count);
    }

    /** Of a plain ViT a block's vector is the mean of its patches, normalised over its numbers, times the last norm's weight and plus its bias. */
    @Test
    void aBlocksVectorIsTheNormalisedMeanOfItsPatches() {
        EncoderFixture fixture = new EncoderFixture("vit-mae");
        Checkpoint base = fixture.checkpoint();
        ControlForward forward = new ControlForward(base, Map.of());
        List<ControlTensor> blocks = new ArrayList<>();
        base.encoder().tokens(forward.ops(), fixture.inputs(), (block, given) -> blocks.add(given));
        ControlTensor tokens = blocks.get(0);
        int count = tokens.shape()[1];
        int d = tokens.shape()[2];
        String norm = base.encoder().names().name(Part.FINAL_NORM);
        float[] weight = base.floats(norm + ".weight");
        float[] bias = base.floats(norm + ".bias");
        float[] found = base.encoder()
                .blockFeature(forward.ops(), fixture.inputs(), tokens)
                .data();
        for (int image = 0; image < tokens.shape()[0]; image++) {
            double[] mean = new double[d];
            for (int token = 1; token < count; token++) {
                for (int j = 0; j < d; j++) {
                    mean[j] += tokens.data()[(image * count + token) * d + j] / (double) (count - 1);
                }
            }
            double middle = Arrays.stream(mean).average().orElseThrow();
            double spread = Arrays.stream(mean)
                    .map(value -> (value - middle) * (value - middle))
                    .average()
                    .orElseThrow();
            for (int j = 0; j < d; j++) {
                double expected = (mean[j] - middle) / Math.sqrt(spread + 1e-12) * weight[j] + bias[j];
                assertThat((double) found[image * d + j]).isCloseTo(expected, within(1e-4));
            }
        }
    }

    private static void compare(EncoderFixture fixture, ControlForward forward, Map<String, ControlTensor> expected) {
        assertThat(fixture.checkpoint().encoder().outputs()).hasSameElementsAs(expected.keySet());
        expected.forEach((name, values) -> {
            ControlTensor found = forward.output(name, fixture.inputs());
            assertThat(found.shape()).as(name).isEqualTo(values.shape());
            assertThat(found.data())
                    .as(name)
                    .usingComparatorWithPrecision(TOLERANCE)
                    .containsExactly(values.data());
        });
    }
}
