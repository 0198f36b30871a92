package dev.mainstay.node.api.recipes;

import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.api.local.LocalMethods;
import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/** The Lock and Election services of a member. */
public final class Recipes {

    /** Locks and campaigns that may wait at a time; each costs a watcher and a few hundred bytes. */
    private static final int MAX_CONTENDERS = 10_000;

    private static final int MAX_OBSERVERS = 10_000;

    private final LocalMethods methods;
    private final Places contenders = new Places(MAX_CONTENDERS);
    private final Places observers = new Places(MAX_OBSERVERS);

    /** @param services what recipes are made of: KV, Watch and Lease, with everything that stands in front of them */
    public Recipes(List<ServerServiceDefinition> services) {
        methods = new LocalMethods(services, Thread::startVirtualThread, CallMeter.NONE);
    }

    /** The services. */
    public List<ServerServiceDefinition> services() {
        RecipeCalls recipes = new RecipeCalls(methods);
        return List.of(
                new LockService(recipes, contenders).definition(),
                new ElectionService(recipes, contenders, observers).definition());
    }

    /** Locks and campaigns that wait. */
    public int contendersWaiting() {
        return contenders.taken();
    }

    /** Clients that observe elections. */
    public int observers() {
        return observers.taken();
    }

    /** Refuses whatever waits, as this member is going to stop. */
    public void stop() {
        methods.endStreams(Statuses.of(ErrorCode.STOPPED));
    }
}
