package ham.export;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import ham.export.proto.ModelProto;
import ham.merge.InputException;
import ham.merge.io.FoundFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** ONNX files as messages. */
public final class OnnxFiles {

    /** The longest array that every virtual machine gives. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private OnnxFiles() {}

    /**
     * Reads a model into memory, once: its tensors are views of what was read.
     *
     * @throws InputException if there is no such file, or it is no whole ONNX model
     */
    public static ModelProto read(Path file) {
        FoundFile.require(file, "an ONNX model");
        try {
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new InputException(file, "expected an ONNX model below 2 GB, found " + size + " bytes");
            }
            CodedInputStream input =
                    UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file)).newCodedInput();
            input.enableAliasing(true);
            ModelProto model = ModelProto.parseFrom(input);
            if (!model.hasGraph() || !model.hasIrVersion()) {
                throw new InputException(
                        file,
                        "expected an ONNX model, found a file of " + size + " bytes without IR version and graph");
            }
            return model;
        } catch (InvalidProtocolBufferException e) {
            throw new InputException(file, "expected an ONNX model, found a truncated file or another format", e);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** Writes a model; the same model gives the same bytes. */
    public static void write(ModelProto model, Path file) throws IOException {
        try (OutputStream output = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            model.writeTo(output);
        }
    }
}
