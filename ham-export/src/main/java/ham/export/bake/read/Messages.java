package ham.export.bake.read;

import com.google.protobuf.InvalidProtocolBufferException;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.export.proto.ValueInfoProto;
import ham.merge.InputException;

/** Small messages of a model file, read whole to be written anew. */
public final class Messages {

    private Messages() {}

    public static NodeProto node(ByteFile file, Range field) {
        try {
            return NodeProto.parseFrom(content(file, field));
        } catch (InvalidProtocolBufferException e) {
            throw damaged(file, e);
        }
    }

    public static TensorProto tensor(ByteFile file, Range field) {
        try {
            return TensorProto.parseFrom(content(file, field));
        } catch (InvalidProtocolBufferException e) {
            throw damaged(file, e);
        }
    }

    public static ValueInfoProto value(ByteFile file, Range field) {
        try {
            return ValueInfoProto.parseFrom(content(file, field));
        } catch (InvalidProtocolBufferException e) {
            throw damaged(file, e);
        }
    }

    private static byte[] content(ByteFile file, Range field) {
        MessageWalk wire = MessageWalk.of(file, field);
        wire.next();
        return wire.content();
    }

    private static InputException damaged(ByteFile file, InvalidProtocolBufferException e) {
        return new InputException(file.path(), "expected an ONNX model, found a damaged message: " + e.getMessage(), e);
    }
}
