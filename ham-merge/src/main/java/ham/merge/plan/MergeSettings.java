package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.combine.Combine;
import ham.merge.join.HamParameters;
import ham.merge.method.BreadcrumbsMerge;
import ham.merge.method.CatMerge;
import ham.merge.method.DareMerge;
import ham.merge.method.DellaMerge;
import ham.merge.method.LinearMerge;
import ham.merge.method.MagMaxMerge;
import ham.merge.method.MagnitudeMerge;
import ham.merge.method.ModelStockMerge;
import ham.merge.method.RegMeanMerge;
import ham.merge.method.SceMerge;
import ham.merge.method.SignRule;
import ham.merge.method.SvdMerge;
import ham.merge.method.TaskArithmeticMerge;
import ham.merge.method.TiesMerge;
import ham.merge.method.WeightMerge;
import ham.merge.space.MergeSpace;
import ham.merge.space.SpaceMerge;
import ham.merge.spectral.IsoCMerge;
import ham.merge.spectral.IsoCtsMerge;
import ham.merge.spectral.OpcmMerge;
import ham.merge.spectral.TsvMerge;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a merge can be told besides its adapters and their weights. What a method does not use is ignored.
 *
 * @param method how to merge
 * @param ham parameters of {@link MergeMethod#HAM}
 * @param peers parameters of the other methods
 * @param layers parameters for some weights; of the rules that match a weight the first that gives a parameter counts
 */
public record MergeSettings(MergeMethod method, HamParameters ham, PeerParameters peers, List<LayerRule> layers) {
    /**
     * Checks the ranges.
     *
     * @throws InputException when a value is out of its range
     */
    public MergeSettings {
        if (peers.sign() == SignRule.NONE && method == MergeMethod.TIES) {
            throw InputException.parameter("sign", "expected total or frequency for ties, found none");
        }
        layers = List.copyOf(layers);
    }

    /** The defaults of a method. */
    public static MergeSettings of(MergeMethod method) {
        return new MergeSettings(method, HamParameters.DEFAULTS, PeerParameters.of(method), List.of());
    }

    /** A HAM merge. */
    public static MergeSettings ham(HamParameters parameters) {
        return new MergeSettings(MergeMethod.HAM, parameters, PeerParameters.of(MergeMethod.HAM), List.of());
    }

    /** Whether every adapter must have left Gram matrices of its layers' inputs. */
    public boolean usesGrams() {
        return method == MergeMethod.REGMEAN || (method == MergeMethod.HAM && ham.combine() == Combine.REGMEAN);
    }

    /** Whether the merged delta is a weighted sum of the (pruned) factors' products, so that it can be written as factors exactly. */
    public boolean factored() {
        return method.factored() && !usesGrams();
    }

    /** The same with every merged delta times a number, but for weights that rules for layers already weigh. */
    public MergeSettings scaled(double scale) {
        List<LayerRule> rules = new ArrayList<>(layers);
        rules.add(new LayerRule(
                Pattern.compile(".*"), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(scale)));
        return new MergeSettings(method, ham, peers, rules);
    }

    /** Fraction of the entries of A and of B that pruning keeps at a weight. */
    public BigDecimal keep(String weight) {
        return rule(weight, LayerRule::keep).orElse(ham.keep());
    }

    /** The density at a weight. */
    public BigDecimal density(String weight) {
        return rule(weight, LayerRule::density).orElse(peers.density());
    }

    /** The rank at a weight. */
    public int rank(String weight) {
        return rule(weight, LayerRule::rank).orElse(peers.rank());
    }

    /** What the merged delta of a weight or vector is multiplied by. */
    public double layerWeight(String weight) {
        return rule(weight, LayerRule::weight).orElse(1.0);
    }

    private <T> Optional<T> rule(String weight, Function<LayerRule, Optional<T>> value) {
        return layers.stream()
                .filter(each -> each.matches(weight))
                .flatMap(each -> value.apply(each).stream())
                .findFirst();
    }

    /**
     * How one weight is merged; for ham, whose groups have decided what each adapter counts, by their sum.
     *
     * @param totalWeight sum of the weights of all adapters
     * @throws InputException when the method cannot use these weights
     */
    WeightMerge weightMerge(String weight, double totalWeight) {
        WeightMerge merge = deltaMerge(weight, totalWeight);
        return peers.space() == MergeSpace.DELTA || !method.mergesEntries()
                ? merge
                : new SpaceMerge(peers.space(), merge);
    }

    /**
     * How a vector is merged, given as a matrix of one row: by its entries, so in no other space.
     *
     * @param totalWeight sum of the weights of all adapters
     * @param adapters how many there are, with those that do not change the vector
     * @throws InputException as {@link #weightMerge}
     */
    WeightMerge vectorMerge(String vector, double totalWeight, int adapters) {
        if (usesGrams()) {
            return new TaskArithmeticMerge(1.0 / adapters);
        }
        return switch (method) {
            case OPCM -> new TaskArithmeticMerge(1.0 / adapters);
            case TSV, ISO_C, ISO_CTS -> new TaskArithmeticMerge(peers.scale() / adapters);
            // A vector has rank 1, so that nothing is cut.
            case SVD -> new CatMerge();
            default -> deltaMerge(vector, totalWeight);
        };
    }

    private WeightMerge deltaMerge(String weight, double totalWeight) {
        double scale = peers.scale();
        SignRule sign = peers.sign();
        return switch (method) {
            case HAM -> usesGrams() ? new RegMeanMerge() : new CatMerge();
            case CAT -> new CatMerge();
            case REGMEAN -> new RegMeanMerge();
            case LINEAR -> new LinearMerge(totalWeight);
            case TASK_ARITHMETIC -> new TaskArithmeticMerge(scale);
            case TIES -> new TiesMerge(density(weight), sign, scale);
            case DARE -> new DareMerge(density(weight), peers.seed(), sign);
            case MAGNITUDE -> new MagnitudeMerge(density(weight));
            case MAGMAX -> new MagMaxMerge(scale);
            case BREADCRUMBS -> new BreadcrumbsMerge(density(weight), peers.outliers(), sign, scale);
            case DELLA -> new DellaMerge(density(weight), peers.window(), peers.seed(), sign, scale);
            case SCE -> new SceMerge(density(weight), scale);
            case MODEL_STOCK -> new ModelStockMerge();
            case SVD -> new SvdMerge(rank(weight));
            case TSV -> new TsvMerge(scale);
            case ISO_C -> new IsoCMerge(scale);
            case ISO_CTS -> new IsoCtsMerge(peers.common(), scale);
            case OPCM -> new OpcmMerge(peers.leading());
        };
    }
}
