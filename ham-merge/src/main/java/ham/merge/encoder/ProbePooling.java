package ham.merge.encoder;

import java.util.ArrayList;
import java.util.List;

/**
 * What the parts of a head are called in which a learnt token, the probe [1, 1, d], collects from all others by attention, followed by an MLP over a norm
 * of what it collected (SigLIP, arXiv 2303.15343).
 *
 * @param probe the token
 * @param query layer of the probe
 * @param key layer of the tokens
 * @param value layer of the tokens
 * @param fused parts of one layer that query, key and value are, in its order; one that is not among them is a layer of its own
 * @param fusedWeight its weight, [rows, d]; its bias is called by {@code fusedBias}
 * @param fusedBias its bias
 * @param output layer behind the attention
 * @param norm of what was collected
 * @param fc1 first layer of the MLP
 * @param fc2 second layer of the MLP
 */
public record ProbePooling(
        String probe,
        String query,
        String key,
        String value,
        List<String> fused,
        String fusedWeight,
        String fusedBias,
        String output,
        String norm,
        String fc1,
        String fc2) {

    /** transformers' names, with PyTorch's {@code MultiheadAttention}. */
    public static ProbePooling transformers(String head) {
        String attention = head + "attention.";
        List<String> fused = List.of(attention + "q_proj", attention + "k_proj", attention + "v_proj");
        return new ProbePooling(
                head + "probe",
                fused.get(0),
                fused.get(1),
                fused.get(2),
                fused,
                attention + "in_proj_weight",
                attention + "in_proj_bias",
                attention + "out_proj",
                head + "layernorm",
                head + "mlp.fc1",
                head + "mlp.fc2");
    }

    /** Names of timm's {@code AttentionPoolLatent}. */
    public static ProbePooling timm(String head) {
        List<String> fused = List.of(head + "k", head + "v");
        return new ProbePooling(
                head + "latent",
                head + "q",
                fused.get(0),
                fused.get(1),
                fused,
                head + "kv.weight",
                head + "kv.bias",
                head + "proj",
                head + "norm",
                head + "mlp.fc1",
                head + "mlp.fc2");
    }

    /** Adds the shapes of its tensors, d wide and {@code mlp} inside. */
    public void require(TensorShapes shapes, long d, long mlp) {
        shapes.add(probe, 1, 1, d).add(fusedWeight, fused.size() * d, d).add(fusedBias, fused.size() * d);
        if (!fused.contains(query)) {
            shapes.linear(query, d, d, true);
        }
        shapes.linear(output, d, d, true)
                .norm(norm, d)
                .linear(fc1, mlp, d, true)
                .linear(fc2, d, mlp, true);
    }

    /** The parts of its fused layer. */
    public List<Place> parts(int d) {
        List<Place> parts = new ArrayList<>();
        for (int part = 0; part < fused.size(); part++) {
            parts.add(new Place(fused.get(part) + ".weight", fusedWeight, part * d, d, false));
            parts.add(new Place(fused.get(part) + ".bias", fusedBias, part * d, d, false));
        }
        return parts;
    }
}
