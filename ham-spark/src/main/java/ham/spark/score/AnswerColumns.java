package ham.spark.score;

import ham.runtime.ModelException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Names of the columns that scoring adds, in this order; an empty one is left out.
 *
 * @param labels the most probable classes, best first: array of string
 * @param probabilities theirs, 0..1: array of float
 * @param prediction number of the most probable class, from 0: double, as Spark ML's evaluators take it
 * @param probability of all classes in the order of the labels: vector
 * @param features what the model says beside the classes, or instead of them: vector
 * @param error why there is no answer: string
 */
public record AnswerColumns(
        String labels, String probabilities, String prediction, String probability, String features, String error)
        implements Serializable {
    /** Whether anything is wanted that takes the model to be a classifier. */
    public boolean classes() {
        return !(labels + probabilities + prediction + probability).isEmpty();
    }

    /** How many columns are added. */
    int count() {
        return (int) names().stream().filter(name -> !name.isEmpty()).count();
    }

    private List<String> names() {
        return List.of(labels, probabilities, prediction, probability, features, error);
    }

    /**
     * A schema with these columns behind its own.
     *
     * @throws ModelException when a name is there already
     */
    public StructType appendedTo(StructType schema) {
        List<StructField> fields = new ArrayList<>(Arrays.asList(schema.fields()));
        add(fields, labels, DataTypes.createArrayType(DataTypes.StringType, false));
        add(fields, probabilities, DataTypes.createArrayType(DataTypes.FloatType, false));
        add(fields, prediction, DataTypes.DoubleType);
        add(fields, probability, SQLDataTypes.VectorType());
        add(fields, features, SQLDataTypes.VectorType());
        add(fields, error, DataTypes.StringType);
        return new StructType(fields.toArray(StructField[]::new));
    }

    private static void add(List<StructField> fields, String name, org.apache.spark.sql.types.DataType type) {
        if (name.isEmpty()) {
            return;
        }
        if (fields.stream().anyMatch(field -> field.name().equalsIgnoreCase(name))) {
            throw new ModelException("Column " + name
                    + ": expected a name for an answer that no other column has, found it taken; choose another.");
        }
        fields.add(DataTypes.createStructField(name, type, true));
    }
}
