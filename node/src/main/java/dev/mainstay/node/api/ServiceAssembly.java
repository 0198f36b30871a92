package dev.mainstay.node.api;

import com.google.protobuf.MessageLite;
import dev.mainstay.node.api.wire.Marshallers;
import dev.mainstay.node.api.wire.Reply;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a service together of the methods that exist so far; the transport answers for the others that the method is unknown.
 * Reflection shows the whole service.
 */
public final class ServiceAssembly {

    private final ServiceDescriptor original;
    private final List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();

    /** Begins a service of which no method exists yet. */
    public ServiceAssembly(ServiceDescriptor original) {
        this.original = original;
    }

    /** Adds a method whose responses are protobuf messages. */
    public <ReqT extends MessageLite, RespT extends MessageLite> ServiceAssembly add(
            MethodDescriptor<ReqT, RespT> method,
            ReqT request,
            RespT response,
            ServerCallHandler<ReqT, RespT> handler) {
        methods.add(ServerMethodDefinition.create(
                method.toBuilder(Marshallers.of(request), Marshallers.of(response))
                        .build(),
                handler));
        return this;
    }

    /** Adds a method whose responses write themselves. */
    <ReqT extends MessageLite> ServiceAssembly addHot(
            MethodDescriptor<ReqT, ?> method, ReqT request, ServerCallHandler<ReqT, Reply> handler) {
        methods.add(ServerMethodDefinition.create(
                method.toBuilder(Marshallers.of(request), Marshallers.replies()).build(), handler));
        return this;
    }

    /** The service with the methods added so far. */
    public ServerServiceDefinition build() {
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(original.getName()).setSchemaDescriptor(original.getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(service::addMethod);
        return service.build();
    }
}
