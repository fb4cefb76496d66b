/** Commands for devices in the field: keys, signed updates, and which device has which model. */
package ham.cli.fleet;
