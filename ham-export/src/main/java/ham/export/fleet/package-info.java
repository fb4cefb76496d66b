/**
 * Devices in the field: updates that are signed and follow each other, models that are replaced whole or not at all, and which device has which.
 * Needs no training and no Python.
 */
package ham.export.fleet;
