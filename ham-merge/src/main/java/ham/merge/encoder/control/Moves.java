package ham.merge.encoder.control;

import java.util.List;

/** ControlTensor brought to other places, unchanged. */
final class Moves {
    private Moves() {}

    /** Two axes exchanged. */
    static ControlTensor transpose(ControlTensor x, int first, int second) {
        int[] shape = x.shape().clone();
        shape[first] = x.size(second);
        shape[second] = x.size(first);
        ControlTensor result = ControlTensor.zeros(shape);
        int[] steps = new int[x.rank()];
        int step = 1;
        for (int axis = x.rank() - 1; axis >= 0; axis--) {
            steps[axis] = step;
            step *= x.size(axis);
        }
        int kept = steps[first];
        steps[first] = steps[second];
        steps[second] = kept;
        for (int i = 0; i < result.data().length; i++) {
            int rest = i;
            int from = 0;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                from += rest % shape[axis] * steps[axis];
                rest /= shape[axis];
            }
            result.data()[i] = x.data()[from];
        }
        return result;
    }

    static ControlTensor rows(ControlTensor table, ControlTensor numbers) {
        int d = table.size(1);
        ControlTensor result = ControlTensor.zeros(numbers.size(0), numbers.size(1), d);
        for (int i = 0; i < numbers.data().length; i++) {
            System.arraycopy(table.data(), ((int) numbers.data()[i]) * d, result.data(), i * d, d);
        }
        return result;
    }

    static ControlTensor concatenate(int axis, List<ControlTensor> parts) {
        ControlTensor first = parts.get(0);
        int size = parts.stream().mapToInt(part -> part.size(axis)).sum();
        ControlTensor result = ControlTensor.zeros(first.withSize(axis, size));
        int outer = first.product(0, axis);
        int inner = first.product(axis + 1, first.rank());
        int at = 0;
        for (ControlTensor part : parts) {
            int length = part.size(axis) * inner;
            for (int o = 0; o < outer; o++) {
                System.arraycopy(part.data(), o * length, result.data(), o * size * inner + at, length);
            }
            at += length;
        }
        return result;
    }

    static ControlTensor slice(ControlTensor x, int axis, int from, int to) {
        ControlTensor result = ControlTensor.zeros(x.withSize(axis, to - from));
        int outer = x.product(0, axis);
        int inner = x.product(axis + 1, x.rank());
        int length = (to - from) * inner;
        for (int o = 0; o < outer; o++) {
            System.arraycopy(x.data(), (o * x.size(axis) + from) * inner, result.data(), o * length, length);
        }
        return result;
    }

    static ControlTensor repeat(ControlTensor x, int times) {
        ControlTensor result = ControlTensor.zeros(x.withSize(0, times));
        for (int i = 0; i < times; i++) {
            System.arraycopy(x.data(), 0, result.data(), i * x.data().length, x.data().length);
        }
        return result;
    }
}
