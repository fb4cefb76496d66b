package ham.spark.score;

import ham.spark.ship.ShippedModel;
import java.io.Serializable;

/**
 * What tasks need to know.
 *
 * @param model what runs
 * @param input where the input stands in a row
 * @param kind what it is
 * @param columns which answers are added to a row
 * @param featuresOutput name of the output that is features; empty to find it
 * @param topK how many classes are told
 * @param batchSize most rows of a run
 * @param threads of ONNX Runtime for one run; 0 for as many as a task has cores
 */
public record ScoreSettings(
        ShippedModel model,
        int input,
        InputKind kind,
        AnswerColumns columns,
        String featuresOutput,
        int topK,
        int batchSize,
        int threads)
        implements Serializable {}
