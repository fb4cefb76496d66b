package ham.runtime.backend;

import ham.runtime.ModelException;
import java.nio.file.Path;
import java.util.Optional;

/** What ONNX Runtime is to run a model on, with the settings of that provider. */
public sealed interface Provider {
    /** The name that people type, for example {@code cuda}. */
    String label();

    /** What runs the operators, as ONNX Runtime calls it, for example {@code CUDAExecutionProvider}. */
    String executionProvider();

    /** The processor. */
    record Cpu() implements Provider {
        @Override
        public String label() {
            return "cpu";
        }

        @Override
        public String executionProvider() {
            return "CPUExecutionProvider";
        }
    }

    /**
     * A GPU through cuDNN and cuBLAS.
     *
     * @param device number of the GPU, from 0
     */
    record Cuda(int device) implements Provider {
        public Cuda {
            requireDevice(device);
        }

        @Override
        public String label() {
            return "cuda";
        }

        @Override
        public String executionProvider() {
            return "CUDAExecutionProvider";
        }
    }

    /**
     * A GPU through the TensorRT provider of ONNX Runtime, which builds an engine when a session opens.
     *
     * @param device number of the GPU, from 0
     * @param cache folder in which kernel timings and, in a folder of its own for each model, engines are kept from one start to the next;
     *     empty for none
     * @param fp16 whether layers may run in float16
     * @param int8 whether layers may run in int8
     */
    record TensorRt(int device, Optional<Path> cache, boolean fp16, boolean int8) implements Provider {
        public TensorRt {
            requireDevice(device);
        }

        @Override
        public String label() {
            return "tensorrt";
        }

        @Override
        public String executionProvider() {
            return "TensorrtExecutionProvider";
        }
    }

    private static void requireDevice(int device) {
        if (device < 0) {
            throw ModelException.parameter("device", "expected a number of a GPU of 0 or more, found " + device);
        }
    }
}
