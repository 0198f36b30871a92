package dev.mainstay.node.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InternalServer;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * gRPC's reflection, in its released and its older form. gRPC's own implementation asks the server of the call for its
 * services; our transport is none of gRPC's servers, so a stand-in answers that question.
 */
final class Reflection {

    private Reflection() {}

    /** The two reflection services, showing {@code services} and themselves. */
    static List<ServerServiceDefinition> of(List<ServerServiceDefinition> services) {
        List<ServerServiceDefinition> shown = new ArrayList<>(services);
        List<ServerServiceDefinition> reflection =
                List.of(ProtoReflectionServiceV1.newInstance().bindService(), reflectionOfOldClients());
        shown.addAll(reflection);
        WithServer withServer = new WithServer(new Catalogue(shown));
        return reflection.stream()
                .map(service -> ServerInterceptors.intercept(service, withServer))
                .toList();
    }

    @SuppressWarnings("deprecation") // most command-line tools in use still ask for v1alpha first
    private static ServerServiceDefinition reflectionOfOldClients() {
        return ProtoReflectionService.newInstance().bindService();
    }

    /** Shows the stand-in to the services behind it. */
    private record WithServer(Server server) implements ServerInterceptor {

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            Context context = Context.current().withValue(InternalServer.SERVER_CONTEXT_KEY, server);
            return Contexts.interceptCall(context, call, headers, next);
        }
    }

    /** A server that is nothing but a list of services. */
    private static final class Catalogue extends Server {

        private final List<ServerServiceDefinition> services;

        Catalogue(List<ServerServiceDefinition> services) {
            this.services = List.copyOf(services);
        }

        @Override
        public List<ServerServiceDefinition> getImmutableServices() {
            return services;
        }

        @Override
        public Server start() {
            return this;
        }

        @Override
        public Server shutdown() {
            return this;
        }

        @Override
        public Server shutdownNow() {
            return this;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return false;
        }

        @Override
        public void awaitTermination() {}
    }
}
