/**
 * From a base checkpoint and a merge to one ONNX file, built, checked, compared with its reference form and written whole or not
 * at all; and the reading of ONNX files from anywhere.
 *
 * <p>Ten lines that need nothing else of ham but its merges and its sessions:
 *
 * <pre>{@code
 * Merged merged = Merged.read(Path.of("merged"));
 * ExportResult result = VitExporter.export(ExportRequest.builder()
 *         .setBase(Checkpoint.open(Path.of("vit-base")))
 *         .setMerged(merged)
 *         .setVersion("example")
 *         .setOutput(Path.of("model.onnx"))
 *         .setSettings(new SessionSettings(2))
 *         .build());
 * System.out.println(result.parity().orElseThrow().text());
 * System.out.println(result.labels());
 * }</pre>
 *
 * <p>With {@code Baker.bake(BakeRequest.builder()...)} ({@link ham.export.bake}) the same merge goes into a graph that somebody else exported.
 */
package ham.export;
