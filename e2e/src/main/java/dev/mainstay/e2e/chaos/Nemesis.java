package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Clocks;
import dev.mainstay.e2e.faults.Disturbance;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.SmallDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Does faults to a cluster and undoes them. One thread. */
final class Nemesis {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int RESETS = 5;
    private static final long DISK_BYTES_LEFT = 0;
    private static final int JUMPS = 4;
    private static final List<Duration> JUMP_UNITS =
            List.of(Duration.ofMillis(300), Duration.ofSeconds(7), Duration.ofHours(1), Duration.ofDays(365));

    private final TestCluster cluster;
    private final Network network;
    private final @Nullable SmallDisk disk;
    private final int memberOfDisk;
    private final @Nullable Clocks clocks;
    private final Random random;

    /**
     * A nemesis of this cluster.
     *
     * @param disk holds the data of one member, if it can be filled
     * @param memberOfDisk that member
     * @param clocks of the members, if they can be moved
     */
    Nemesis(
            TestCluster cluster,
            Network network,
            @Nullable SmallDisk disk,
            int memberOfDisk,
            @Nullable Clocks clocks,
            Random random) {
        this.cluster = cluster;
        this.network = network;
        this.disk = disk;
        this.memberOfDisk = memberOfDisk;
        this.clocks = clocks;
        this.random = random;
    }

    /** Does it; returns what exactly was done. */
    String inflict(Fault fault) {
        return switch (fault) {
            case KILL -> kill(any());
            case KILL_LEADER -> kill(leader());
            case KILL_ALL -> {
                members().forEach(this::kill);
                yield "kill -9 of all";
            }
            case STOP_LEADER -> {
                int leader = leader();
                cluster.member(leader).stop();
                yield "SIGTERM of leader " + leader;
            }
            case PAUSE -> pause(any());
            case PAUSE_LEADER -> pause(leader());
            case ISOLATE_LEADER -> split(List.of(leader()));
            case SPLIT -> {
                List<Integer> shuffled = new ArrayList<>(members());
                Collections.shuffle(shuffled, random);
                yield split(shuffled.subList(0, 1 + random.nextInt((cluster.size() - 1) / 2)));
            }
            case MUTE_LEADER -> {
                int leader = leader();
                others(leader).forEach(other -> network.cut(leader, other));
                yield "nobody hears leader " + leader;
            }
            case DEAFEN_LEADER -> {
                int leader = leader();
                others(leader).forEach(other -> network.cut(other, leader));
                yield "leader " + leader + " hears nobody";
            }
            case ONE_WAY -> {
                int from = any();
                int to = (from + 1 + random.nextInt(cluster.size() - 1)) % cluster.size();
                network.cut(from, to);
                yield to + " doesn't hear " + from;
            }
            case SLOW -> slow();
            case RESET -> reset();
            case REPLACE -> replace(any());
            case FULL_DISK -> fillDisk();
            case CLOCK_JUMP -> jump(any());
        };
    }

    /** Undoes everything, however much that is, and starts what is down. */
    void heal() {
        network.heal();
        if (disk != null) {
            disk.makeRoom();
        }
        if (clocks != null) {
            clocks.heal();
        }
        for (int member : members()) {
            if (cluster.member(member).isRunning()) {
                cluster.member(member).resume();
            }
        }
        startWhatIsDown();
    }

    /** Members that don't run now, whether killed or of themselves. */
    List<Integer> down() {
        return members().stream()
                .filter(member -> !cluster.member(member).isRunning())
                .toList();
    }

    /** Starts members that ended, by a fault or because of one. */
    void startWhatIsDown() {
        for (int member : members()) {
            if (!cluster.member(member).isRunning()) {
                cluster.launch(member);
            }
        }
    }

    private String kill(int member) {
        if (cluster.member(member).isRunning()) {
            cluster.member(member).kill9();
        }
        return "kill -9 of " + member;
    }

    private String pause(int member) {
        cluster.member(member).pause();
        return "SIGSTOP of " + member;
    }

    private String split(List<Integer> minority) {
        for (int inside : minority) {
            for (int outside : members()) {
                if (!minority.contains(outside)) {
                    network.cutBoth(inside, outside);
                }
            }
        }
        return minority + " cut off";
    }

    private String slow() {
        Disturbance disturbance = new Disturbance(random.nextInt(30), 1 + random.nextInt(60), random.nextInt(8));
        for (int from : members()) {
            others(from).forEach(to -> network.disturb(from, to, disturbance));
        }
        return disturbance.toString();
    }

    private String reset() {
        for (int i = 0; i < RESETS; i++) {
            for (int one : members()) {
                others(one).forEach(other -> network.reset(one, other));
            }
            pause();
        }
        return "connections reset";
    }

    private String replace(int member) {
        if (!cluster.remove(member, PATIENCE)) {
            return "removal of " + member + " was refused";
        }
        pause();
        cluster.member(member).close();
        if (!cluster.add(member, PATIENCE)) {
            throw new IllegalStateException("member " + member + " was removed but can't be added");
        }
        return "replaced " + member;
    }

    private String fillDisk() {
        if (disk == null) {
            return "no disk to fill";
        }
        disk.fillLeaving(DISK_BYTES_LEFT);
        return "disk of " + memberOfDisk + " is full";
    }

    private String jump(int member) {
        if (clocks == null) {
            return "no clock to move";
        }
        StringBuilder jumps = new StringBuilder("clock of " + member + " moved by");
        for (int i = 0; i < JUMPS; i++) {
            Duration ahead = JUMP_UNITS
                    .get(random.nextInt(JUMP_UNITS.size()))
                    .multipliedBy(1 + random.nextInt(5))
                    .multipliedBy(random.nextBoolean() ? 1 : -1);
            clocks.set(member, ahead);
            jumps.append(' ').append(ahead);
            pause();
        }
        return jumps.toString();
    }

    private void pause() {
        try {
            Thread.sleep(100 + random.nextInt(300));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Any member will do where there is no leader at the moment. */
    private int leader() {
        OptionalInt leader = cluster.leader();
        return leader.isPresent() ? leader.getAsInt() : any();
    }

    private int any() {
        return random.nextInt(cluster.size());
    }

    private List<Integer> members() {
        return IntStream.range(0, cluster.size()).boxed().toList();
    }

    private List<Integer> others(int member) {
        return members().stream().filter(other -> other != member).toList();
    }
}
