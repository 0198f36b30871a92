package dev.mainstay.node.snapshot;

import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** One member's methods, called by another in the same process; calls can be lost and answers spoilt. */
final class FakePeers implements PeerCalls, PeerMethods {

    private final long caller;
    private final Map<PeerMethod, Handler> handlers = new EnumMap<>(PeerMethod.class);
    private final List<PeerMethod> calls = new ArrayList<>();
    private final AtomicInteger out = new AtomicInteger();
    private final AtomicInteger mostOut = new AtomicInteger();
    private volatile Fault fault = (method, number, answer) -> answer.get();

    /** Stands between a call and its answer. */
    interface Fault {

        /** @param number counts the calls of the method from 1 */
        CompletableFuture<byte[]> call(PeerMethod method, int number, Answer answer);
    }

    interface Answer {
        CompletableFuture<byte[]> get();
    }

    FakePeers(long caller) {
        this.caller = caller;
    }

    static CompletableFuture<byte[]> broken() {
        return CompletableFuture.failedFuture(
                new PeerException(PeerException.Reason.UNREACHABLE, "the connection broke"));
    }

    void fault(Fault next) {
        fault = next;
    }

    @Override
    public void register(PeerMethod method, Handler handler) {
        handlers.put(method, handler);
    }

    @Override
    public CompletableFuture<byte[]> call(long memberId, PeerMethod method, byte[] request) {
        int number;
        synchronized (this) {
            calls.add(method);
            number = calls(method);
        }
        Handler handler = handlers.get(method);
        if (handler == null) {
            return CompletableFuture.failedFuture(new PeerException(PeerException.Reason.REFUSED, "unknown method"));
        }
        mostOut.accumulateAndGet(out.incrementAndGet(), Math::max);
        return fault.call(method, number, () -> handler.handle(caller, request))
                .whenComplete((_, _) -> out.decrementAndGet());
    }

    @Override
    public CompletableFuture<byte[]> callAddress(String address, PeerMethod method, byte[] request) {
        throw new UnsupportedOperationException("snapshots are asked of members");
    }

    synchronized int calls(PeerMethod method) {
        return (int) calls.stream().filter(method::equals).count();
    }

    int mostOutAtOnce() {
        return mostOut.get();
    }
}
