package dev.mainstay.node.api.local;

import dev.mainstay.node.api.transport.CallMeter;
import io.grpc.Attributes;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The methods that can be called from within the process, and the calls of them that are under way. Any thread. */
public final class LocalMethods {

    private final Map<String, Mounted<?, ?>> methods = new HashMap<>();
    private final Set<LocalCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final Executor executor;

    /**
     * Mounts services.
     *
     * @param executor runs the turns of the calls, which don't wait for anything but the disk
     * @param meter hears of every call
     */
    public LocalMethods(List<ServerServiceDefinition> services, Executor executor, CallMeter meter) {
        this.executor = executor;
        for (ServerServiceDefinition service : services) {
            for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
                MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
                methods.put(descriptor.getFullMethodName(), new Mounted<>(method, CallMeter.mount(meter, descriptor)));
            }
        }
    }

    private record Mounted<ReqT, RespT>(ServerMethodDefinition<ReqT, RespT> method, CallMeter.Method meter) {}

    /** Whether there is such a method. */
    public boolean has(String fullMethodName) {
        return methods.containsKey(fullMethodName);
    }

    /**
     * Makes a call that is to be started.
     *
     * @param attributes of the connection that the call is made for
     */
    public LocalCall<?, ?> prepare(String fullMethodName, Attributes attributes, LocalReceiver receiver) {
        Mounted<?, ?> mounted = methods.get(fullMethodName);
        if (mounted == null) {
            throw new IllegalArgumentException("no method " + fullMethodName);
        }
        return prepare(mounted, attributes, receiver);
    }

    /** How many calls have not ended; inexact while calls are made. */
    public int openCalls() {
        return open.size();
    }

    /** Ends the streams there are with this. */
    public void endStreams(Status status) {
        open.forEach(call -> {
            if (!call.getMethodDescriptor().getType().serverSendsOneMessage()) {
                call.end(status);
            }
        });
    }

    private <ReqT, RespT> LocalCall<ReqT, RespT> prepare(
            Mounted<ReqT, RespT> mounted, Attributes attributes, LocalReceiver receiver) {
        return new LocalCall<>(mounted.method(), attributes, executor, mounted.meter(), receiver, open);
    }
}
