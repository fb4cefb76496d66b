package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the answers of a classifier are read from its outputs.
 *
 * @param model what error messages call the model
 * @param form what the numbers are
 * @param scores what makes, or has made, scores of them
 * @param output place of the output that holds them
 * @param labels of all classes
 */
public record Reading(String model, AnswerForm form, Scores scores, int output, List<String> labels) {
    private static final List<String> NUMBERS = List.of(
            ElementType.FLOAT32.label(),
            ElementType.FLOAT16.label(),
            ElementType.BFLOAT16.label(),
            ElementType.FLOAT64.label());

    /**
     * By what is given, the metadata, and the end of the graph, in this order.
     *
     * @throws ModelException when the outputs do not fit
     */
    public static Reading of(Model model, List<String> labels, Supplement given) {
        Optional<AnswerForm> told = AnswerForm.told(model);
        int output = output(model, labels.size(), given.output(), told);
        Reading reading = scored(model, labels, given.scores(), told, output);
        reading.check(model);
        return reading;
    }

    private static Reading scored(
            Model model, List<String> labels, Optional<Scores> given, Optional<AnswerForm> told, int output) {
        String name = model.name();
        Scores usual = Scores.of(model.metadata().get(Scores.METADATA_KEY), labels.size());
        boolean formed = told.isPresent() && told.get() != AnswerForm.LOGITS;
        if (formed && given.isPresent() && given.get() != Scores.NONE) {
            throw ModelException.parameter(
                    "scores",
                    "expected none or auto for a model that gives scores itself (" + name + ", metadata "
                            + AnswerForm.METADATA_KEY + "), found "
                            + given.get().label());
        }
        if (given.isPresent()) {
            return new Reading(name, formed ? told.get() : AnswerForm.LOGITS, given.get(), output, labels);
        }
        if (told.isPresent()) {
            return new Reading(name, told.get(), usual, output, labels);
        }
        return switch (model.ending(model.outputs().get(output).name())) {
            case SOFTMAX -> new Reading(name, AnswerForm.PROBABILITIES, Scores.SOFTMAX, output, labels);
            case SIGMOID -> new Reading(name, AnswerForm.PROBABILITIES, Scores.SIGMOID, output, labels);
            case NONE -> new Reading(name, AnswerForm.LOGITS, usual, output, labels);
        };
    }

    /** The output that is named, here or in the metadata; else the first, unless only another one has a number a class. */
    private static int output(Model model, int classes, Optional<String> given, Optional<AnswerForm> told) {
        List<TensorSpec> outputs = model.outputs();
        List<String> names = outputs.stream().map(TensorSpec::name).toList();
        Optional<String> named = given.isPresent() || told.isPresent()
                ? given
                : Optional.ofNullable(model.metadata().get(AnswerForm.LOGITS_KEY))
                        .filter(names::contains);
        if (named.isEmpty() && (told.isPresent() || outputs.size() == 1 || fits(outputs.get(0), classes))) {
            return 0;
        }
        if (named.isPresent()) {
            if (!names.contains(named.get())) {
                throw ModelException.parameter(
                        "output", "expected one of " + String.join(", ", names) + ", found '" + named.get() + "'");
            }
            return names.indexOf(named.get());
        }
        int[] fitting = IntStream.range(1, outputs.size())
                .filter(i -> fits(outputs.get(i), classes))
                .toArray();
        if (fitting.length > 1) {
            throw new ModelException(
                    model.name() + ": expected one output with " + classes + " numbers an image, found "
                            + IntStream.of(fitting).mapToObj(names::get).toList() + "; say which (output).");
        }
        return fitting.length == 1 ? fitting[0] : 0;
    }

    private static boolean fits(TensorSpec output, int classes) {
        return NUMBERS.contains(output.dtype())
                && output.shape().size() == 2
                && (output.shape().get(1) < 0 || output.shape().get(1) == classes);
    }

    private void check(Model opened) {
        List<TensorSpec> outputs = opened.outputs();
        TensorSpec first = outputs.get(output);
        if (!NUMBERS.contains(first.dtype())) {
            throw new ModelException(model + ": expected " + first.name() + " to be of type "
                    + String.join(", ", NUMBERS) + ", found " + first.dtype() + "." + others(outputs));
        }
        if (form == AnswerForm.TOP_K) {
            if (outputs.size() < 2 || !outputs.get(1).dtype().equals(ElementType.INT64.label())) {
                throw new ModelException(model + ": expected probabilities and int64 numbers of classes, found "
                        + outputs.size() + " outputs of other types.");
            }
        } else if (!fits(first, labels.size())) {
            throw new ModelException(model + ": expected " + first.name() + " to be of shape [batch, " + labels.size()
                    + "] as there are " + labels.size() + " labels, found " + first.shapeText() + "."
                    + others(outputs));
        }
    }

    private String others(List<TensorSpec> outputs) {
        if (outputs.size() == 1) {
            return "";
        }
        return " The outputs are "
                + String.join(
                        ", ",
                        outputs.stream()
                                .map(each -> each.name() + " " + each.shapeText())
                                .toList())
                + "; say which holds the classes (output).";
    }

    /**
     * One image's row of the outputs of a run.
     *
     * @throws ModelException when there are not as many numbers as images and classes ask for
     */
    Answer answer(Bound bound, int image) {
        List<Tensor> outputs = bound.outputs();
        Tensor numbers = outputs.get(output);
        FloatBuffer values = output == 0 && numbers.type() == ElementType.FLOAT32
                ? bound.output()
                : FloatBuffer.wrap(numbers.floats());
        return answer(outputs, values, image);
    }

    /**
     * The first rows of the outputs of a run.
     *
     * @param outputs all of them, in the order of the graph
     * @throws ModelException when there are not as many numbers as rows and classes ask for
     */
    public List<Answer> answers(List<Tensor> outputs, int rows) {
        FloatBuffer values = FloatBuffer.wrap(outputs.get(output).floats());
        return IntStream.range(0, rows)
                .mapToObj(row -> answer(outputs, values, row))
                .toList();
    }

    private Answer answer(List<Tensor> outputs, FloatBuffer values, int row) {
        List<Long> shape = outputs.get(output).shape();
        boolean topK = form == AnswerForm.TOP_K;
        if (shape.size() != 2 || shape.get(0) <= row || (!topK && shape.get(1) != labels.size())) {
            throw new ModelException(model + ": expected " + labels.size()
                    + " numbers an image, as many as labels, found an output of shape " + shape + ".");
        }
        int width = Math.toIntExact(shape.get(1));
        LongBuffer indices = topK ? outputs.get(1).data().asLongBuffer() : null;
        return new Answer(model, form, scores, values, indices, row * width, width, labels);
    }
}
