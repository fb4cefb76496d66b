package ham.export.precision;

import ham.export.parity.ParityInputs;

/**
 * Images that show which values activations take.
 *
 * @param images already normalised; description, count and values
 * @param method how ranges are made from the values
 */
public record Calibration(ParityInputs images, RangeMethod method) {}
