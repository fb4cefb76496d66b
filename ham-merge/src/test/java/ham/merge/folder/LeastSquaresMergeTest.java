package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.combine.Combine;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.plan.HamMerge;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Adapters with the Gram matrices of their layers' inputs beside them. */
class LeastSquaresMergeTest {
    @Test
    void aLeastSquaresMergeNeedsGramMatrices() {
        List<AdapterFolder> all = ContinuedMergeTest.adapters(2, "linear").stream()
                .map(each -> new AdapterFolder(
                        each.path(),
                        ((LoraAdapter) each.adapter()).withGrams(new TreeMap<>()),
                        each.record(),
                        each.head(),
                        each.hash()))
                .toList();
        assertThatThrownBy(() -> ContinuedMergeTest.merge(MergeSettings.of(MergeMethod.REGMEAN), all, List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adapter a0: expected the Gram matrices");
    }

    @Test
    void groupsOfLeastSquaresWithEqualScalarsAreOneLeastSquaresMerge() {
        List<AdapterFolder> all = ContinuedMergeTest.adapters(4, "linear");
        HamParameters parameters = new HamParameters(BigDecimal.ONE, 0.0, 3, Join.MEAN, Combine.REGMEAN);
        List<Importance> ones = Collections.nCopies(4, Importance.ONE);
        SortedMap<String, Matrix> grouped = ContinuedMergeTest.merge(MergeSettings.ham(parameters), all, ones)
                .merge()
                .merged();
        SortedMap<String, Matrix> plain = ContinuedMergeTest.merge(
                        MergeSettings.of(MergeMethod.REGMEAN), all, List.of())
                .merge()
                .merged();
        HamMerge online = new HamMerge(parameters);
        all.forEach(each -> online.add((LoraAdapter) each.adapter(), 1));
        for (String weight : plain.keySet()) {
            assertThat(grouped.get(weight).data())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(plain.get(weight).data());
            assertThat(online.merged().get(weight).data())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(plain.get(weight).data());
        }
    }
}
