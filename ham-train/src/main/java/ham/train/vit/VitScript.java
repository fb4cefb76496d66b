package ham.train.vit;

import ham.merge.checkpoint.VitConfig;
import ham.merge.encoder.EncoderInput;
import ham.train.engine.MixedPrecision;
import java.util.Collection;
import java.util.Locale;

/**
 * The network as TorchScript functions: what {@link VitForward} computes operator by operator, in one call and in mixed precision.
 *
 * <p>Matrix products and GELU are computed in the format {@code dtype}; LayerNorm, the residual stream and features stay float32, and
 * softmax sums in float32. Attention is written out, because PyTorch's fused attention is slow backwards in bf16 on a CPU.
 *
 * <p>An adapter changes a weight by less than bf16 resolves: rounding {@code W0 + delta} would throw most of it away. So a layer with
 * {@code exact} = 1 multiplies by two matrices side by side, the rounded weight and what rounding left, in one product that is rounded once.
 *
 * <p>{@code fixed} holds {@link VitForward#fixed()}, {@code w} the weights of the linear layers of all blocks, six a block in the order
 * of {@link ham.merge.checkpoint.Target}, {@code sizes} layers, heads and the side of a patch, {@code exact} 0 or 1 for each of {@code w}.
 */
public final class VitScript {
    /**
     * {@code states(pixels, fixed, w, sizes, exact, eps, dtype) -> Tensor}, {@code tail(states, fixed, w, sizes, exact, eps, dtype) ->
     * List[Tensor]} (features [n, d], normalised input of the last MLP [n, d], its hidden activations [n, mlp]), and what they call but
     * {@link MixedPrecision#PRODUCT}.
     *
     * <p>A <em>state</em> [2 d] is what enters the last block's output projection at token 0: the attended values, then the residual. All
     * that comes after it, the tail, works on token 0 alone.
     */
    public static final String FUNCTIONS =
            """
            def heads(x: Tensor, n: int, count: int) -> Tensor:
              size = torch.floordiv(torch.size(x, 2), count)
              return torch.transpose(torch.view(x, [n, -1, count, size]), 1, 2)

            def norm(x: Tensor, w: Tensor, b: Tensor, eps: float, dtype: int) -> Tensor:
              return torch.to(torch.layer_norm(x, [torch.size(x, -1)], w, b, eps, False), dtype)

            def affine(x: Tensor, w: Tensor, b: Tensor, dtype: int) -> Tensor:
              return torch.linear(x, torch.to(w, dtype), torch.to(b, dtype))

            def embed(pixels: Tensor, fixed: List[Tensor], patch: int, dtype: int) -> Tensor:
              n = torch.size(pixels, 0)
              side = torch.floordiv(torch.size(pixels, 2), patch)
              cut = torch.permute(torch.view(pixels, [n, 3, side, patch, side, patch]), [0, 2, 4, 1, 3, 5])
              patches = torch.to(torch.reshape(cut, [n, torch.mul(side, side), -1]), dtype)
              tokens = torch.to(__torch__.affine(patches, fixed[2], fixed[3], dtype), 6)
              cls = torch.expand(fixed[0], [n, 1, torch.size(tokens, 2)])
              return torch.add(torch.cat([cls, tokens], 1), fixed[1])

            def attend(h: Tensor, i: int, last: bool, fixed: List[Tensor], w: List[Tensor], count: int, exact: List[int], eps: float, dtype: int) -> Tuple[Tensor, Tensor]:
              f = torch.add(6, torch.mul(10, i))
              k = torch.mul(6, i)
              n = torch.size(h, 0)
              normed = __torch__.norm(h, fixed[f], fixed[f + 1], eps, dtype)
              asking = normed
              residual = h
              if last:
                asking = torch.slice(normed, 1, 0, 1)
                residual = torch.slice(h, 1, 0, 1)
              q = __torch__.heads(__torch__.product(asking, w[k], fixed[f + 4], exact[k], dtype), n, count)
              key = __torch__.heads(__torch__.product(normed, w[k + 1], fixed[f + 5], exact[k + 1], dtype), n, count)
              value = __torch__.heads(__torch__.product(normed, w[k + 2], fixed[f + 6], exact[k + 2], dtype), n, count)
              scale = torch.pow(torch.size(q, 3), -0.5)
              scores = torch.matmul(torch.mul(q, scale), torch.transpose(key, 2, 3))
              mixed = torch.matmul(torch.softmax(scores, -1), value)
              return (torch.reshape(torch.transpose(mixed, 1, 2), [n, -1, torch.size(h, 2)]), residual)

            def settle(joined: Tensor, residual: Tensor, i: int, fixed: List[Tensor], w: List[Tensor], exact: List[int], eps: float, dtype: int) -> List[Tensor]:
              f = torch.add(6, torch.mul(10, i))
              k = torch.mul(6, i)
              attended = torch.add(residual, __torch__.product(joined, w[k + 3], fixed[f + 7], exact[k + 3], dtype))
              second = __torch__.norm(attended, fixed[f + 2], fixed[f + 3], eps, dtype)
              expanded = torch.gelu(__torch__.product(second, w[k + 4], fixed[f + 8], exact[k + 4], dtype))
              return [torch.add(attended, __torch__.product(expanded, w[k + 5], fixed[f + 9], exact[k + 5], dtype)), second, expanded]

            def states(pixels: Tensor, fixed: List[Tensor], w: List[Tensor], sizes: List[int], exact: List[int], eps: float, dtype: int) -> Tensor:
              h = __torch__.embed(pixels, fixed, sizes[2], dtype)
              last = torch.sub(sizes[0], 1)
              for i in range(last):
                joined, residual = __torch__.attend(h, i, False, fixed, w, sizes[1], exact, eps, dtype)
                h = __torch__.settle(joined, residual, i, fixed, w, exact, eps, dtype)[0]
              joined, residual = __torch__.attend(h, last, True, fixed, w, sizes[1], exact, eps, dtype)
              return torch.select(torch.cat([torch.to(joined, 6), residual], 2), 1, 0)

            def tail(states: Tensor, fixed: List[Tensor], w: List[Tensor], sizes: List[int], exact: List[int], eps: float, dtype: int) -> List[Tensor]:
              d = torch.floordiv(torch.size(states, 1), 2)
              joined = torch.to(torch.slice(states, 1, 0, d), dtype)
              residual = torch.slice(states, 1, d, torch.mul(2, d))
              h = __torch__.settle(joined, residual, torch.sub(sizes[0], 1), fixed, w, exact, eps, dtype)
              return [__torch__.norm(h[0], fixed[4], fixed[5], eps, 6), torch.to(h[1], 6), torch.to(h[2], 6)]

            """;

    private VitScript() {}

    /** The call that computes the states [n, 2 d] of {@code pixels} with {@code fixed} and {@code w}. */
    public static String states(VitForward vit, MixedPrecision precision, Collection<String> exact) {
        return "__torch__.states(" + EncoderInput.PIXELS + ", fixed, w, " + arguments(vit, precision, exact) + ")";
    }

    /** The call that computes features [n, d] of states, and the last block's activations on the way (see {@link #FUNCTIONS}). */
    public static String tail(String states, VitForward vit, MixedPrecision precision, Collection<String> exact) {
        return "__torch__.tail(" + states + ", fixed, w, " + arguments(vit, precision, exact) + ")";
    }

    /**
     * What both calls end with.
     *
     * @param exact names of linear weights that are changed by less than the precision resolves
     */
    private static String arguments(VitForward vit, MixedPrecision precision, Collection<String> exact) {
        VitConfig config = vit.config();
        return String.format(
                Locale.ROOT,
                "[%d, %d, %d], %s, %s, %d",
                config.layers(),
                config.heads(),
                config.patch(),
                vit.linearNames().stream()
                        .map(name -> precision != MixedPrecision.FP32 && exact.contains(name) ? 1 : 0)
                        .toList(),
                config.layerNormEps(),
                precision.torchType());
    }
}
