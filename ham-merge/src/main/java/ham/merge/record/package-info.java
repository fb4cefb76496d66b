/** What is recorded of an adapter beside PEFT's files: {@code ham.json}, and how its adapters came about. */
package ham.merge.record;
