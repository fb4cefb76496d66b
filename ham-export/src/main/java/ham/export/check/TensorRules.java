package ham.export.check;

import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.export.proto.TensorProto.DataLocation;
import ham.export.proto.TensorProto.DataType;
import java.util.List;
import java.util.Optional;

/** A constant tensor says what it holds: a known type, dimensions, and as many values as they ask for, stored in one place. */
final class TensorRules {

    private TensorRules() {}

    static void check(String what, TensorProto tensor, List<String> problems) {
        DataType type = DataType.forNumber(tensor.getDataType());
        if (type == null || type == DataType.UNDEFINED) {
            problems.add(what + " has the unknown data type " + tensor.getDataType());
            return;
        }
        long elements = 1;
        for (long dimension : tensor.getDimsList()) {
            if (dimension < 0) {
                problems.add(what + " has the negative dimension " + dimension);
                return;
            }
            try {
                elements = Math.multiplyExact(elements, dimension);
                ElementStorage.bytes(type, elements);
            } catch (ArithmeticException e) {
                problems.add(what + " has dimensions " + tensor.getDimsList() + ", too many to count");
                return;
            }
        }
        if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
            checkExternal(what, tensor, type, elements, problems);
        } else {
            checkValues(what, tensor, type, elements, problems);
        }
    }

    private static void checkValues(
            String what, TensorProto tensor, DataType type, long elements, List<String> problems) {
        long listed = ElementStorage.foundAnywhere(tensor);
        if (tensor.hasRawData() && listed > 0) {
            problems.add(what + " has its values twice, as raw data and as a list");
        } else if (listed != ElementStorage.found(type, tensor)) {
            problems.add(what + " has values in a list that is not the one for " + type);
        } else if (tensor.hasRawData()) {
            if (type == DataType.STRING) {
                problems.add(what + " is a tensor of strings with raw data, which strings do not have");
            } else {
                requireSize(
                        what,
                        tensor,
                        ElementStorage.bytes(type, elements),
                        tensor.getRawData().size(),
                        "bytes",
                        problems);
            }
        } else {
            requireSize(what, tensor, ElementStorage.entries(type, elements), listed, "entries", problems);
        }
    }

    private static void checkExternal(
            String what, TensorProto tensor, DataType type, long elements, List<String> problems) {
        if (tensor.hasRawData() || ElementStorage.foundAnywhere(tensor) > 0) {
            problems.add(what + " says that its values are in another file, but holds some itself");
        }
        if (type == DataType.STRING) {
            problems.add(what + " is a tensor of strings with external data, which strings do not have");
        }
        Optional<String> location = external(tensor, "location");
        if (location.isEmpty() || location.get().isEmpty()) {
            problems.add(what + " says that its values are in another file, but names none");
        } else if (location.get().startsWith("/")
                || List.of(location.get().split("[/\\\\]")).contains("..")) {
            problems.add(what + " has values outside the model's folder, in " + location.get());
        }
        Optional<String> length = external(tensor, "length");
        if (length.isPresent() && !length.get().equals(Long.toString(ElementStorage.bytes(type, elements)))) {
            problems.add(what + " expects " + ElementStorage.bytes(type, elements) + " bytes for its dimensions "
                    + tensor.getDimsList() + ", found " + length.get() + " in another file");
        }
    }

    private static Optional<String> external(TensorProto tensor, String key) {
        return tensor.getExternalDataList().stream()
                .filter(entry -> entry.getKey().equals(key))
                .map(StringStringEntryProto::getValue)
                .findFirst();
    }

    private static void requireSize(
            String what, TensorProto tensor, long expected, long found, String unit, List<String> problems) {
        if (expected != found) {
            problems.add(what + " expects " + expected + " " + unit + " for its dimensions " + tensor.getDimsList()
                    + ", found " + found);
        }
    }
}
