/**
 * Learning one task beside frozen groups, HAM's training step (arXiv 2509.13211, section 3.1): LoRA factors, the task's own
 * importance scalar, the groups' scalars and the task's linear head are trained, everything else stands still.
 */
package ham.train.lora;
