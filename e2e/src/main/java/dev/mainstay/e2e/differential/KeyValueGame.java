package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import java.util.List;
import java.util.stream.Stream;

/** Keys, transactions, watches, leases, compactions and maintenance, asked by one client of an open cluster. */
public final class KeyValueGame implements StepGame {
    /** All watchers have got what they must, and all members have the same data. */
    private static final List<Step> LAST = List.of(
            Step.of(StepKind.WATCH_SYNC, WatchRequest.getDefaultInstance()),
            Step.of(StepKind.HASH_ALL, HashKVRequest.getDefaultInstance()));

    @Override
    public List<Step> sequence(long seed, int length, int members) {
        StepGenerator generator = new StepGenerator(seed, members);
        return Stream.generate(generator::next).limit(length).toList();
    }

    @Override
    public Playing<Step> player(List<String> endpoints) {
        return new Player(endpoints, false);
    }

    @Override
    public List<Step> last() {
        return LAST;
    }

    /** The limits are low so that short sequences reach them. */
    @Override
    public List<String> flags(Program program) {
        // The flag lost its prefix in 3.6.
        String progress = (program == Program.ETCD ? "--experimental-" : "--") + "watch-progress-notify-interval=700ms";
        return List.of("--max-request-bytes=65536", "--max-txn-ops=8", progress);
    }

    @Override
    public boolean excused(Step step, String reference, String subject) {
        return KnownDifferences.isKeptHash(step, reference, subject);
    }
}
