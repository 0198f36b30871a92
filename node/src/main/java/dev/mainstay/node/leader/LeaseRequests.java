package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/** Turns what clients ask of leases into commands that carry everything. Any thread, if the random source allows. */
public final class LeaseRequests {

    private final long minTtlSeconds;
    private final LongPredicate idInUse;
    private final RandomGenerator random;

    /**
     * @param electionTimeoutMillis a lease lives for one and a half election timeouts at least
     * @param idInUse whether a lease of this id is known, such as {@code id -> leases.get(id) != null}
     * @param random the source of ids for clients that leave the choice to us; must be thread-safe
     */
    public LeaseRequests(long electionTimeoutMillis, LongPredicate idInUse, RandomGenerator random) {
        this.minTtlSeconds = Math.ceilDiv(electionTimeoutMillis * 3, 2000L);
        this.idInUse = idInUse;
        this.random = random;
    }

    /**
     * The command for a grant: TTLs below the minimum, zero and negative ones too, are raised to it. One that is too large
     * is refused when it is applied, after the alarms have had their say, as in etcd.
     *
     * @param id the client's choice; 0 leaves it to us, and we choose a free positive one
     */
    public Command.GrantLease grant(long id, long ttlSeconds) {
        return new Command.GrantLease(id != 0 ? id : freeId(), Math.max(ttlSeconds, minTtlSeconds));
    }

    private long freeId() {
        long id;
        do {
            id = random.nextLong() & Long.MAX_VALUE;
        } while (id == 0 || idInUse.test(id));
        return id;
    }
}
