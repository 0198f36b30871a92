package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RandomCommands;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.testing.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Several cores fed by one log, some of which crash, start from snapshots, or hear entries twice. */
class ReplicaSimulationTest {

    private static final int ENTRIES = 40;

    private final List<byte[]> log = new ArrayList<>();
    private final List<List<Outcome>> outcomes = new ArrayList<>();

    @Seeds(60)
    void replicasAgreeWhateverBefallsThem(long seed) {
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        Replica steady = Replica.empty();
        Replica shaken = Replica.empty();
        long clockMillis = 0;
        for (int i = 0; i < ENTRIES; i++) {
            clockMillis += random.nextInt(3_000);
            CommandBatch batch = commands.batch(clockMillis, steady.kv.revision());
            log.add(CommandCodec.encode(List.of(batch)));
            outcomes.add(steady.applier.apply(position(i), List.of(batch)).getFirst());

            shaken = shake(random, shaken);
            catchUp(shaken, i);

            assertThat(shaken.state()).as("after entry %d", i).isEqualTo(steady.state());
        }
        assertDense(steady.events);
        assertThat(replayed().state()).isEqualTo(steady.state());
        assertThat(replayed().state()).isEqualTo(replayed().state());
    }

    private static Replica shake(Random random, Replica replica) {
        return switch (random.nextInt(6)) {
            case 0 -> {
                LogPosition durable = replica.applier.durable();
                Replica restarted = replica.afterCrash();
                assertThat(restarted.applier.applied()).isEqualTo(durable);
                yield restarted;
            }
            case 1 -> {
                replica.store.flush();
                assertThat(replica.applier.durable()).isEqualTo(replica.applier.applied());
                yield replica;
            }
            case 2 -> replica.fromSnapshot();
            default -> replica;
        };
    }

    /** Feeds the log from some way back, as a restarted member gets it; what was applied already must have no effect. */
    private void catchUp(Replica replica, int last) {
        int applied = (int) replica.applier.applied().index();
        for (int i = Math.max(0, applied - 3); i <= last; i++) {
            List<List<Outcome>> again = replica.applier.apply(position(i), CommandCodec.decode(log.get(i)));
            assertThat(again).isEqualTo(i < applied ? List.of() : List.of(outcomes.get(i)));
        }
    }

    private Replica replayed() {
        Replica replica = Replica.empty();
        catchUp(replica, log.size() - 1);
        return replica;
    }

    private static LogPosition position(int entry) {
        return new LogPosition(1 + entry / 10, entry + 1L);
    }

    private static void assertDense(List<RevisionEvents> events) {
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).revision()).isEqualTo(i + 2L);
            assertThat(events.get(i).events()).isNotEmpty();
        }
    }
}
