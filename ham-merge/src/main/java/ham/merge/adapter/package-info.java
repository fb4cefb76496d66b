/** LoRA adapters as values: the low-rank factors of every adapted weight. Source: LoRA, arXiv 2106.09685. */
package ham.merge.adapter;
