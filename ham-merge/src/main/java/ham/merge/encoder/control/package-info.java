/** An encoder's forward pass in plain Java loops: the control that every faster one is compared with. */
package ham.merge.encoder.control;
