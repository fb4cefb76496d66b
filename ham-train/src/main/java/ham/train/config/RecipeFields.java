package ham.train.config;

import static ham.train.config.RunConfigBuilder.or;

import ham.train.feature.GramRule;
import ham.train.guard.GuardRule;
import ham.train.guard.SearchRule;
import ham.train.input.Augmentation;
import ham.train.lora.Recipe;

/** How each task is learnt and what is measured, of the parameters that were chosen and the usual ones. */
final class RecipeFields {
    private RecipeFields() {}

    static Recipe recipe(RunConfigBuilder builder) {
        Recipe usual = Recipe.DEFAULT;
        return new Recipe(
                or(builder.epochs, usual.epochs()),
                or(builder.batch, usual.batch()),
                or(builder.lr, usual.adapterRate()),
                or(builder.headLr, usual.headRate()),
                or(builder.alphaLr, usual.scalarRate()),
                new Augmentation(
                        or(builder.cropPadding, usual.augmentation().padding()),
                        or(builder.flip, usual.augmentation().flip()),
                        or(builder.cropScale, usual.augmentation().smallest())),
                or(builder.replay, usual.replay()),
                or(builder.replayHold, usual.replayHold()));
    }

    static Measuring measuring(RunConfigBuilder builder) {
        Measuring measuring = Measuring.DEFAULT;
        return new Measuring(
                or(builder.frozen, measuring.frozen()),
                or(builder.anyTimeImages, measuring.anyTimeImages()),
                or(builder.rigidBelow, measuring.rigidBelow()),
                or(builder.transferDrop, measuring.transferDrop()),
                builder.guard == null ? measuring.guard() : GuardRule.parse(builder.guard),
                builder.gram == null ? measuring.gram() : GramRule.parse(builder.gram),
                builder.search == null ? measuring.search() : SearchRule.parse(builder.search),
                builder.searchData());
    }

    static RunConfigBuilder fill(RunConfigBuilder builder, Recipe recipe) {
        builder.cropScale = recipe.augmentation().smallest();
        return builder.optEpochs(recipe.epochs())
                .optBatch(recipe.batch())
                .optLr(recipe.adapterRate())
                .optHeadLr(recipe.headRate())
                .optAlphaLr(recipe.scalarRate())
                .optCropPadding(recipe.augmentation().padding())
                .optFlip(recipe.augmentation().flip())
                .optReplay(recipe.replay())
                .optReplayHold(recipe.replayHold());
    }

    static RunConfigBuilder fill(RunConfigBuilder builder, Measuring measuring) {
        builder.search = measuring.search().optionName();
        builder.searchData = RunConfigBuilder.name(measuring.searchData());
        return builder.optFrozen(measuring.frozen())
                .optAnyTimeImages(measuring.anyTimeImages())
                .optRigidBelow(measuring.rigidBelow())
                .optTransferDrop(measuring.transferDrop())
                .optGuard(measuring.guard())
                .optGram(measuring.gram());
    }
}
