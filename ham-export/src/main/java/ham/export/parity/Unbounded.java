package ham.export.parity;

/** Tells Jackson to leave out a tolerance that allows everything, for which JSON has no number. */
final class Unbounded {
    @Override
    public boolean equals(Object value) {
        return value instanceof Double number && number.isInfinite();
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
