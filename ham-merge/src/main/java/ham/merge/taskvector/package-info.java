/** Fully fine-tuned checkpoints as what they changed of their base: merged by any method that needs no statistics, or reduced to a LoRA adapter. */
package ham.merge.taskvector;
