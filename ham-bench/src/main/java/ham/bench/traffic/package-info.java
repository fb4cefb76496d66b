/** Which task the next request is for: seeded streams of task numbers. */
package ham.bench.traffic;
