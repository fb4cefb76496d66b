package ham.serve.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/**
 * Reads messages so that bytes which are none become null, for {@link Calls} to refuse. Left to itself, gRPC calls them an error of the application and
 * prints a stack trace for each.
 */
final class Messages {
    private Messages() {}

    static ServerServiceDefinition checked(ServerServiceDefinition service) {
        ServerServiceDefinition.Builder builder =
                ServerServiceDefinition.builder(service.getServiceDescriptor().getName());
        service.getMethods().forEach(method -> builder.addMethod(checked(method)));
        return builder.build();
    }

    private static <Q, S> ServerMethodDefinition<Q, S> checked(ServerMethodDefinition<Q, S> method) {
        MethodDescriptor<Q, S> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new Checked<>(descriptor.getRequestMarshaller()), descriptor.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    private record Checked<T>(Marshaller<T> marshaller) implements Marshaller<T> {
        @Override
        public InputStream stream(T value) {
            return marshaller.stream(value);
        }

        @Override
        public T parse(InputStream stream) {
            try {
                return marshaller.parse(stream);
            } catch (StatusRuntimeException e) {
                return null;
            }
        }
    }
}
