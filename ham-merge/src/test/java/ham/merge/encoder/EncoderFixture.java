package ham.merge.encoder;

import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.control.ControlTensor;
import ham.merge.folder.AdapterFolder;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One of the tiny encoders under {@code testdata/encoders}: its inputs, and what transformers and PEFT make of them. */
record EncoderFixture(String name) {
    static Stream<EncoderFixture> all() {
        try (Stream<Path> folders = Files.list(TestData.path("encoders"))) {
            return folders
                    .filter(Files::isDirectory)
                    .map(each -> new EncoderFixture(each.getFileName().toString()))
                    .sorted((a, b) -> a.name.compareTo(b.name))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those of which outputs for images of another size are kept. */
    static Stream<Sized> sized() {
        return all().flatMap(fixture -> Stream.of(16, 48).map(side -> new Sized(fixture, side)))
                .filter(sized -> Files.exists(sized.file()));
    }

    /** An encoder with images of another size. */
    record Sized(EncoderFixture fixture, int side) {
        Path file() {
            return fixture.folder().resolve("side" + side + ".safetensors");
        }

        Checkpoint checkpoint() {
            return Checkpoint.open(fixture.folder(), OptionalInt.of(side));
        }

        /** The images and what they give. */
        Map<String, ControlTensor> values() {
            return fixture.read("side" + side + ".safetensors");
        }

        @Override
        public String toString() {
            return fixture + " at " + side;
        }
    }

    Path folder() {
        return TestData.path("encoders").resolve(name);
    }

    Checkpoint checkpoint() {
        return Checkpoint.open(folder());
    }

    Map<String, ControlTensor> inputs() {
        return read("inputs.safetensors");
    }

    Map<String, ControlTensor> baseOutputs() {
        return read("base_outputs.safetensors");
    }

    Map<String, ControlTensor> adaptedOutputs() {
        return read("adapted_outputs.safetensors");
    }

    private Map<String, ControlTensor> read(String file) {
        SafetensorsFile tensors = SafetensorsFile.open(folder().resolve(file));
        Map<String, ControlTensor> all = new TreeMap<>();
        for (String name : tensors.names()) {
            List<Long> shape = tensors.info(name).shape();
            float[] values;
            if (tensors.info(name).dtype().isFloat()) {
                values = tensors.floats(name);
            } else {
                LongBuffer whole =
                        tensors.bytes(name).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
                values = new float[whole.remaining()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = whole.get(i);
                }
            }
            all.put(
                    name,
                    ControlTensor.of(
                            values, shape.stream().mapToInt(Math::toIntExact).toArray()));
        }
        return all;
    }

    /** The adapter's deltas by the checkpoint's own names, those of a fused layer part by part. */
    Map<String, Matrix> deltas(Checkpoint base) {
        AdapterFolder adapter = AdapterFolder.read(folder().resolve("adapter")).onto(base, base.sha256());
        Map<String, Matrix> deltas = new TreeMap<>();
        adapter.adapter().layers().keySet().forEach(name -> {
            Matrix delta = product(adapter.adapter().factors(name));
            Place whole = base.resolve(name).orElseThrow();
            for (Place part : base.computed(whole)) {
                deltas.put(part.name(), rows(delta, part.firstRow() - whole.firstRow(), part.rows()));
            }
        });
        return deltas;
    }

    private static Matrix rows(Matrix all, int first, int rows) {
        int width = all.columns();
        return new Matrix(rows, width, Arrays.copyOfRange(all.data(), first * width, (first + rows) * width));
    }

    private static Matrix product(LoraFactors factors) {
        Matrix delta = Matrix.zeros(factors.outputs(), factors.inputs());
        for (int out = 0; out < delta.rows(); out++) {
            for (int in = 0; in < delta.columns(); in++) {
                double sum = 0;
                for (int r = 0; r < factors.rank(); r++) {
                    sum += (double) factors.b().get(out, r) * factors.a().get(r, in);
                }
                delta.data()[out * delta.columns() + in] = (float) (sum * factors.scaling());
            }
        }
        return delta;
    }

    @Override
    public String toString() {
        return name;
    }
}
