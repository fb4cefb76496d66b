package ham.train.engine;

import ham.merge.InputException;
import java.util.Locale;

/**
 * The number format of matrix products. What is trained, LayerNorm, the residual stream, loss and optimizer stay in float32.
 */
public enum MixedPrecision {
    /** IEEE float32 throughout. */
    FP32(6),
    /** bfloat16: 8 bits of mantissa, the range of float32. */
    BF16(15),
    /** IEEE half: 11 bits of mantissa, small gradients need scaling; for GPUs. */
    FP16(5);

    /**
     * TorchScript: {@code product(x, w, b, exact, dtype)}, a linear layer in a format of PyTorch's number {@code dtype}. Where {@code exact} is not 0 it multiplies by
     * the rounded weight and by what rounding left, side by side in one product.
     */
    public static final String PRODUCT =
            """
            def product(x: Tensor, w: Tensor, b: Tensor, exact: int, dtype: int) -> Tensor:
              high = torch.to(w, dtype)
              bias = torch.to(b, dtype)
              if torch.eq(exact, 0):
                y = torch.linear(x, high, bias)
              else:
                low = torch.to(torch.sub(torch.detach(w), torch.to(torch.detach(high), 6)), dtype)
                y = torch.linear(torch.cat([x, x], -1), torch.cat([high, low], 1), bias)
              return y

            """;

    private final int torchType;

    MixedPrecision(int torchType) {
        this.torchType = torchType;
    }

    /**
     * The format that an option asks for.
     *
     * @param name {@code auto} (bf16 on a GPU and on CPUs that multiply it, else fp32), {@code fp32}, {@code bf16}, {@code fp16}
     * @throws InputException for another name, and for fp16 on a CPU
     */
    public static MixedPrecision choose(String name, boolean gpu) {
        return switch (name) {
            case "auto" -> gpu || Processor.HERE.multipliesBf16() ? BF16 : FP32;
            case "fp32" -> FP32;
            case "bf16" -> BF16;
            case "fp16" -> {
                if (!gpu) {
                    throw InputException.parameter(
                            "precision", "expected fp32 or bf16 on a CPU, found fp16, which is for GPUs; choose auto");
                }
                yield FP16;
            }
            default ->
                throw InputException.parameter(
                        "precision", "expected auto, fp32, bf16 or fp16, found '" + name + "'; choose one of these");
        };
    }

    /** The name that options use. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** PyTorch's number of the type. */
    public int torchType() {
        return torchType;
    }

    /** Factor on the loss before it is differentiated, a power of two, so that small gradients do not vanish in the format. */
    public double lossScale() {
        return this == FP16 ? 1024 : 1;
    }
}
