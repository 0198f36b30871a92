package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.observability.PeerMeters;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Asks every other member of the log's configuration, every few seconds, whether it is there: which shows who is connected
 * and how long a call there and back takes, on followers too. A member that hasn't answered yet isn't asked again.
 */
final class PeerRounds implements AutoCloseable {

    /** About as often as etcd looks. */
    static final long PERIOD_MILLIS = 4_000;

    private static final byte[] NOTHING = {};

    private final long self;
    private final Supplier<Members> members;
    private final PeerCalls peers;
    private final PeerMeters meters;
    private final LongSupplier nanoClock;
    private final Consumer<byte[]> answers;
    private final Scheduler.Rhythm rhythm;
    private final Set<Long> asked = new HashSet<>();

    /** @param answers hears what the others tell of themselves */
    PeerRounds(
            long self,
            Supplier<Members> members,
            PeerCalls peers,
            PeerMeters meters,
            LongSupplier nanoClock,
            Consumer<byte[]> answers,
            Scheduler scheduler) {
        this.self = self;
        this.members = members;
        this.peers = peers;
        this.meters = meters;
        this.nanoClock = nanoClock;
        this.answers = answers;
        this.rhythm = scheduler.every(PERIOD_MILLIS, this::ask);
    }

    private void ask() {
        List<Long> others = members.get().members().stream()
                .map(Member::id)
                .filter(id -> id != self)
                .toList();
        meters.known(others);
        for (long id : others) {
            synchronized (this) {
                if (!asked.add(id)) {
                    continue;
                }
            }
            long start = nanoClock.getAsLong();
            CompletableFuture<?> _ = peers.call(id, PeerMethod.IDENTIFY, NOTHING)
                    .whenComplete((answer, thrown) -> {
                        synchronized (this) {
                            asked.remove(id);
                        }
                        if (thrown == null) {
                            meters.answered(id, nanoClock.getAsLong() - start);
                            answers.accept(answer);
                        } else if (!isNotThereYet(thrown)) {
                            meters.silent(id);
                        }
                    });
        }
    }

    /** One that was added and isn't in the log's configuration yet can't fall silent. */
    private static boolean isNotThereYet(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof PeerException failure && failure.reason() == PeerException.Reason.UNKNOWN_MEMBER;
    }

    @Override
    public void close() {
        rhythm.close();
    }
}
