package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.ClusterView.Alarm;
import dev.mainstay.operator.cluster.engine.ClusterView.Listed;
import dev.mainstay.operator.cluster.engine.MemberView.Answer;
import dev.mainstay.operator.cluster.engine.MemberView.Join;
import dev.mainstay.operator.cluster.engine.MemberView.PodView;
import dev.mainstay.operator.cluster.engine.MemberView.VolumeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An API server, kubelets and members, as far as the operator sees them, in virtual time and one thread. A write is acknowledged when a
 * majority of the voters has it; members lag, start slowly, break, and lose volumes. {@link #effect} checks after every effect what must
 * never happen.
 */
final class SimulatedWorld {

    static final String CLUSTER = "c";
    static final String BAD_TEMPLATE = "bad";
    static final int TICK_SECONDS = 5;

    final SplittableRandom random;
    final SortedMap<String, Member> members = new TreeMap<>();
    final SortedMap<String, Disk> volumes = new TreeMap<>();
    final SortedMap<String, Pod> pods = new TreeMap<>();
    final SortedMap<String, Entry> list = new TreeMap<>();
    final Set<Alarm> alarms = new HashSet<>();
    final List<String> log = new ArrayList<>();
    final SimulatedMachines machines = new SimulatedMachines();
    final SortedMap<String, Instant> quarantined = new TreeMap<>();

    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    int replicas = 3;
    String version = "1.0.0";
    String template = "t0";
    long volumeBytes = 100;
    String storageClass = "slow";
    boolean deleteVolumes = true;

    /** Maintenance windows open so often, seconds; 0 for always open. */
    int windowEvery;

    /** How long they are open, seconds. */
    int windowLength;

    boolean paused;

    @Nullable
    String clusterId;

    /** Members of the cluster that ours join, which run on machines of their own. */
    final Set<String> strangers = new TreeSet<>();

    /** Whether a cluster was joined, and it is written down that it is left. */
    boolean left = true;

    /** Whether its members may leave. */
    boolean leave;

    /** Raised when people bring the cluster back to a backup. */
    int incarnation = 1;

    /** Whether the first incarnation begins with a backup, too. */
    boolean bootstraps;

    /** Whether it is written down with which. */
    boolean sourceRecorded;

    int lastMemberNumber;

    @Nullable
    Instant quorumLostSince;

    /** The recovery that the status remembers. */
    LostQuorum.@Nullable Recovery recovery;

    LostQuorum.@Nullable Recovery planned;

    LostQuorum.Policy lossPolicy = new LostQuorum.Policy(false, false, Long.MAX_VALUE);

    /** The incarnation that a person approved. */
    int approved;

    /** Whether that was so when the incarnation was raised. */
    boolean raisedApproved;

    /** How often the cluster was begun anew with one of its members. */
    int forcings;

    long acknowledged;
    String leader = "";
    private int uids;
    private final Set<Integer> founded = new HashSet<>();

    SimulatedWorld(SplittableRandom random) {
        this.random = random;
    }

    /** A member's object. */
    static final class Member {
        final String name;
        final int number;
        final Join join;
        final int incarnation;
        final Instant created;
        String version;
        String template;
        boolean suspended;
        boolean leaving;
        boolean everSeen;
        int recreates;

        @Nullable
        Instant unhealthySince;

        @Nullable
        Instant readySince;

        int broken;

        Member(String name, int number, Join join, int incarnation, Instant created, String version, String template) {
            this.name = name;
            this.number = number;
            this.join = join;
            this.incarnation = incarnation;
            this.created = created;
            this.version = version;
            this.template = template;
        }
    }

    /** A volume and what the member has written there. */
    static final class Disk {
        final String storageClass;
        long bytes;
        long index;
        boolean lost;
        Seed.State restore = Seed.State.READY;
        int restoreTakes;
        boolean deleting;
        boolean beganAnew;

        @Nullable
        String memberId;

        Disk(long bytes, String storageClass) {
            this.bytes = bytes;
            this.storageClass = storageClass;
        }
    }

    /** A pod. */
    static final class Pod {
        final String uid;
        final String version;
        final String template;
        final boolean founds;
        final int begins;
        final Instant made;
        boolean placed;
        int startsIn;
        int stopsIn = -1;
        boolean terminal;
        boolean started;

        @Nullable
        Instant stopsBy;

        Pod(
                String uid,
                String version,
                String template,
                boolean founds,
                int begins,
                Instant made,
                boolean placed,
                int startsIn) {
            this.uid = uid;
            this.version = version;
            this.template = template;
            this.founds = founds;
            this.begins = begins;
            this.made = made;
            this.placed = placed;
            this.startsIn = startsIn;
        }
    }

    /** A line of the member list. */
    record Entry(String id, boolean learner) {}

    // ---- what runs

    boolean running(String name) {
        Pod pod = pods.get(name);
        Disk disk = volumes.get(name);
        return pod != null
                && pod.startsIn <= 0
                && !pod.terminal
                && pod.placed
                && machines.near(name)
                && disk != null
                && !disk.lost;
    }

    boolean serving(String name) {
        if (strangers.contains(name)) {
            return list.containsKey(name);
        }
        Pod pod = pods.get(name);
        Member member = members.get(name);
        return running(name)
                && pod != null
                && !pod.template.equals(BAD_TEMPLATE)
                && member != null
                && member.broken == 0
                && list.containsKey(name);
    }

    List<String> voters() {
        List<String> voters = new ArrayList<>();
        list.forEach((name, entry) -> {
            if (!entry.learner()) {
                voters.add(name);
            }
        });
        return voters;
    }

    long servingVoters() {
        return voters().stream().filter(this::serving).count();
    }

    boolean quorum() {
        List<String> voters = voters();
        int serving = 0;
        for (String voter : voters) {
            serving += serving(voter) ? 1 : 0;
        }
        return !voters.isEmpty() && serving >= Situation.majority(voters.size());
    }

    /** Whether every majority of the voters holds all that was acknowledged. */
    boolean dataKept() {
        List<String> voters = voters();
        long holders = voters.stream()
                .filter(name -> volumes.containsKey(name) && index(name) >= acknowledged)
                .count();
        return voters.isEmpty() || holders >= voters.size() - Situation.majority(voters.size()) + 1;
    }

    private long index(String name) {
        Disk disk = volumes.get(name);
        return disk == null || disk.lost ? 0 : disk.index;
    }

    /** Time passes: pods start and stop, members elect, write and catch up. */
    void tick(int seconds) {
        now = now.plusSeconds(seconds);
        pods.entrySet().removeIf(entry -> {
            Pod pod = entry.getValue();
            pod.placed |= machines.near(entry.getKey());
            if (pod.placed && !machines.near(entry.getKey())) {
                return machines.isRemoved(entry.getKey());
            }
            pod.startsIn--;
            return pod.stopsIn > 0 && --pod.stopsIn == 0;
        });
        pods.keySet().removeIf(name -> !members.containsKey(name));
        restores();
        volumes.entrySet().removeIf(volume -> volume.getValue().deleting && !pods.containsKey(volume.getKey()));
        for (String name : List.copyOf(pods.keySet())) {
            start(name);
        }
        raft();
    }

    /** People bring the cluster back to a backup. */
    void restore() {
        incarnation++;
        clusterId = null;
        sourceRecorded = true;
        log.add("-- restore, incarnation " + incarnation);
    }

    /** Whether data comes from a backup before the first member may begin. */
    private boolean seeds() {
        return clusterId == null && (incarnation > 1 || bootstraps);
    }

    boolean former(String name) {
        Member member = members.get(name);
        return member != null
                && member.incarnation != incarnation
                && (recovery == null
                        || recovery.incarnation() != incarnation
                        || !recovery.survivor().equals(name));
    }

    /** It begins beside a cluster that has data already. */
    void join(int others) {
        left = false;
        acknowledged = 500;
        for (int i = 1; i <= others; i++) {
            String name = "x" + i;
            strangers.add(name);
            Disk disk = new Disk(volumeBytes, "elsewhere");
            disk.index = acknowledged;
            disk.memberId = "m" + name;
            volumes.put(name, disk);
            list.put(name, new Entry("m" + name, false));
        }
        raft();
        log.add("-- beside a cluster of " + others);
    }

    /** Whether the others aren't left yet. */
    boolean joined() {
        return !left && incarnation == 1;
    }

    private Elsewhere elsewhere(boolean agreed) {
        if (!joined()) {
            return Elsewhere.NONE;
        }
        List<String> there =
                strangers.stream().filter(name -> list.containsKey(name)).toList();
        Entry lead = list.get(leader);
        return new Elsewhere(
                true,
                "",
                agreed && !there.isEmpty() ? "cluster1" : "",
                leave,
                lead == null ? "" : lead.id(),
                there.stream().mapToLong(this::index).max().orElse(0),
                there.stream().filter(_ -> agreed).map(name -> "m" + name).collect(Collectors.toSet()));
    }

    private Seed seed() {
        if (!seeds()) {
            return Seed.NONE;
        }
        if (!sourceRecorded) {
            return new Seed(Seed.State.FOUND, "");
        }
        Seed.State state = members.values().stream()
                .filter(member -> member.incarnation == incarnation && member.join == Join.BOOTSTRAP)
                .map(member -> volumes.get(member.name))
                .filter(Objects::nonNull)
                .map(disk -> disk.restore)
                .findFirst()
                .orElse(Seed.State.READY);
        return new Seed(state, "");
    }

    private void restores() {
        for (Disk disk : volumes.values()) {
            if (disk.restore == Seed.State.RUNNING && --disk.restoreTakes <= 0) {
                boolean fails = random.nextInt(4) == 0;
                disk.restore = fails ? Seed.State.RETRY : Seed.State.DONE;
                disk.index = fails ? 0 : 1000;
            }
        }
    }

    private void start(String name) {
        Pod pod = pods.get(name);
        Disk disk = volumes.get(name);
        if (pod == null || disk == null || !running(name)) {
            return;
        }
        if (!pod.started) {
            pod.started = true;
            // The flag works once, until the member has been started without it.
            if (pod.begins > 0 && !disk.beganAnew) {
                beginAnew(name, disk);
            }
            disk.beganAnew = pod.begins > 0;
        }
        if (disk.memberId != null) {
            return;
        }
        Member member = members.get(name);
        check(member == null || !member.everSeen, "an empty disk started under the name of " + name);
        if (pod.founds) {
            check(founded.add(incarnation) && !joined(), "a second cluster was founded");
            check(!seeds() || disk.restore == Seed.State.DONE, "a cluster was founded without its backup");
            check(pods.keySet().stream().noneMatch(this::former), "it was founded while members of before had pods");
            if (incarnation > 1) {
                list.clear();
                alarms.clear();
            }
            acknowledged = disk.index;
            disk.memberId = "m" + name;
            list.put(name, new Entry("m" + name, false));
        } else if (list.containsKey(name)) {
            disk.memberId = list.get(name).id();
        }
    }

    /** As a member with the flag does: it is the cluster from here on, with all of its log. */
    private void beginAnew(String name, Disk disk) {
        check(disk.memberId != null, "a member without data began anew: " + name);
        for (String other : voters()) {
            boolean runs = running(other) || (machines.runsFar(other) && !raisedApproved);
            check(other.equals(name) || !runs, "two clusters under one name: " + other + " still runs");
        }
        check(recovery != null && recovery.survivor().equals(name), "it isn't written down who goes on: " + name);
        check(lossPolicy.automatic() || raisedApproved, "nobody approved");
        log.add("-- " + name + " begins anew with index " + disk.index + "; " + acknowledged + " was acknowledged");
        list.clear();
        alarms.clear();
        list.put(name, new Entry(Objects.requireNonNull(disk.memberId), false));
        acknowledged = disk.index;
        forcings++;
    }

    /** A majority that is cut off goes on for clients of its own. */
    private void far() {
        List<String> far = voters().stream()
                .filter(name -> machines.runsFar(name) && index(name) > 0)
                .toList();
        if (!far.isEmpty() && far.size() >= Situation.majority(voters().size())) {
            long last = far.stream().mapToLong(this::index).max().orElseThrow() + 1 + random.nextInt(50);
            far.forEach(name -> disk(name).index = last);
            acknowledged = last;
        }
    }

    private void raft() {
        far();
        if (!quorum()) {
            leader = "";
            return;
        }
        if (!voters().contains(leader) || !serving(leader)) {
            leader = voters().stream()
                    .filter(this::serving)
                    .max(Comparator.comparingLong(this::index))
                    .orElseThrow();
            check(index(leader) >= acknowledged, "the leader lacks what was acknowledged");
        }
        Disk first = disk(leader);
        first.index += 1 + random.nextInt(50);
        List<String> others = new ArrayList<>(list.keySet().stream()
                .filter(name -> !name.equals(leader) && serving(name))
                .toList());
        int needed = Situation.majority(voters().size()) - 1;
        for (String name : others) {
            boolean voter = voters().contains(name);
            boolean prompt = (voter && needed > 0) || random.nextInt(3) > 0;
            if (prompt) {
                disk(name).index = first.index;
            } else {
                disk(name).index = Math.max(disk(name).index, first.index - random.nextInt(3000));
            }
            needed -= voter ? 1 : 0;
        }
        acknowledged = first.index;
    }

    private Disk disk(String name) {
        return Objects.requireNonNull(volumes.get(name));
    }

    // ---- what the operator sees

    Observation observe() {
        boolean agreed = quorum();
        List<MemberView> views =
                members.values().stream().map(member -> view(member, agreed)).toList();
        boolean anyone = list.keySet().stream().anyMatch(this::serving);
        List<Listed> listed = !anyone
                ? List.of()
                : list.entrySet().stream()
                        .map(entry -> new Listed(
                                entry.getValue().id(),
                                strangers.contains(entry.getKey()) ? "" : entry.getKey(),
                                entry.getValue().learner()))
                        .toList();
        return new Observation(
                now,
                wanted(),
                new Recorded(clusterId, incarnation, lastMemberNumber, quorumLostSince),
                views,
                new ClusterView(agreed, listed, agreed ? List.copyOf(alarms) : List.of()),
                seed(),
                loss(),
                upkeep(),
                elsewhere(agreed));
    }

    /** Whether work that can wait is welcome. */
    boolean open() {
        return windowEvery == 0 || now.getEpochSecond() % windowEvery < windowLength;
    }

    private Upkeep upkeep() {
        long next = windowEvery == 0 ? 0 : (now.getEpochSecond() / windowEvery + 1) * windowEvery;
        return new Upkeep(open(), open() ? null : Instant.ofEpochSecond(next), "", null);
    }

    private LostQuorum loss() {
        SortedMap<String, LostQuorum.Standing> standings = new TreeMap<>();
        pods.forEach((name, pod) -> {
            Disk disk = volumes.get(name);
            standings.put(
                    name,
                    new LostQuorum.Standing(
                            disk != null && serving(name) ? new LostQuorum.LogEnd(1, disk.index, disk.index) : null,
                            pod.made,
                            machines.seen(name, pod.placed),
                            pod.stopsBy != null && pod.stopsBy.isBefore(now),
                            pod.begins));
        });
        return new LostQuorum(
                lossPolicy,
                recovery,
                planned,
                standings,
                List.of(),
                quarantined.entrySet().stream()
                        .map(entry -> new LostQuorum.Quarantined(
                                entry.getKey(),
                                entry.getKey(),
                                entry.getValue(),
                                volumes.containsKey(entry.getKey()) && disk(entry.getKey()).deleting))
                        .toList(),
                0);
    }

    private Wanted wanted() {
        return new Wanted(
                CLUSTER,
                false,
                paused,
                replicas,
                version,
                template,
                new Wanted.Volumes(true, volumeBytes, storageClass, true, deleteVolumes, false),
                new Wanted.Policy(
                        true,
                        Duration.ofSeconds(10),
                        9,
                        Duration.ofSeconds(900),
                        true,
                        Duration.ofSeconds(120),
                        2,
                        Duration.ofSeconds(900),
                        1000),
                approved);
    }

    private MemberView view(Member member, boolean agreed) {
        Pod pod = pods.get(member.name);
        Disk disk = volumes.get(member.name);
        Entry entry = list.get(member.name);
        Answer answer = null;
        if (serving(member.name) && entry != null && disk != null) {
            Entry lead = list.get(leader);
            answer = new Answer(
                    entry.id(),
                    "cluster" + (recovery == null ? member.incarnation : 1),
                    lead == null ? "" : lead.id(),
                    entry.learner() || agreed,
                    disk.index,
                    10,
                    10);
        }
        return new MemberView(
                member.name,
                member.number,
                member.join,
                member.incarnation,
                member.version,
                member.template,
                member.suspended,
                member.leaving,
                member.everSeen,
                member.created,
                member.recreates,
                member.unhealthySince,
                member.readySince,
                pod == null ? null : new PodView(pod.uid, pod.terminal, pod.stopsIn > 0, pod.version, pod.template),
                disk == null
                        ? null
                        : new VolumeView(disk.bytes, disk.storageClass, disk.lost || disk.deleting, disk.deleting),
                answer);
    }

    // ---- what the operator does

    /** One effect on the outside, after which what must never happen hasn't. */
    void effect(String what, Runnable change) {
        boolean gaveUp = clusterId == null && incarnation > 1;
        boolean quorumBefore = quorum() && !gaveUp;
        boolean keptBefore = dataKept();
        int votersBefore = voters().size();
        change.run();
        log.add(now.toString().substring(11, 19) + " " + what);
        check(
                quorum() || !quorumBefore || (votersBefore == 1 && what.startsWith("delete pod")) || replicas == 0,
                "the quorum was broken by: " + what);
        check(dataKept() || !keptBefore, "acknowledged data was put at risk by: " + what);
        check(list.values().stream().filter(Entry::learner).count() <= 1, "two learners");
    }

    void createMember(int number, Join join) {
        String name = CLUSTER + "-" + number;
        check(!members.containsKey(name), "a number was used again: " + name);
        long staying = members.values().stream()
                .filter(member -> !member.leaving && member.incarnation == incarnation)
                .count();
        check(open() || clusterId == null || staying < replicas, "an exchange of volumes began outside of a window");
        members.put(name, new Member(name, number, join, incarnation, now, version, template));
    }

    void createVolume(String name) {
        volumes.putIfAbsent(name, new Disk(volumeBytes, storageClass));
    }

    void createPod(String name, boolean founds) {
        createPod(name, founds, 0);
    }

    void createPod(String name, boolean founds, int begins) {
        Member member = Objects.requireNonNull(members.get(name));
        if (!pods.containsKey(name)) {
            check(!member.suspended, "a pod of a suspended member");
            String uid = "u" + uids++;
            pods.put(
                    name,
                    new Pod(
                            uid,
                            member.version,
                            member.template,
                            founds,
                            begins,
                            now,
                            machines.near(name),
                            1 + random.nextInt(4)));
        }
    }

    void deletePod(String name, String uid) {
        Pod pod = pods.get(name);
        if (pod == null || !pod.uid.equals(uid) || pod.stopsIn > 0) {
            return;
        }
        boolean recovers = planned != null || (recovery != null && !recovery.done());
        if (serving(name) && voters().contains(name) && replicas > 0 && !former(name) && !recovers) {
            List<String> down = voters().stream()
                    .filter(voter -> !voter.equals(name) && !serving(voter))
                    .toList();
            check(open(), "a member that served was stopped outside of a window: " + name);
            check(down.isEmpty(), "two voters down at once: " + name + " and " + down);
            boolean others = voters().stream()
                    .filter(voter -> !voter.equals(name) && !strangers.contains(voter))
                    .allMatch(voter -> Objects.requireNonNull(pods.get(voter))
                                    .version
                                    .equals(version)
                            && Objects.requireNonNull(pods.get(voter)).template.equals(template));
            check(!name.equals(leader) || others, "the leader was rolled before the others");
        }
        stop(pod);
    }

    /** It is told to stop, and does if its machine hears of it. */
    void stop(Pod pod) {
        pod.stopsIn = 1 + random.nextInt(3);
        pod.startsIn = Integer.MAX_VALUE;
        pod.stopsBy = now.plusSeconds(60);
    }

    /** It is decided to go on with this one: no other that can be asked knows more. */
    void choose(String name) {
        long most = list.keySet().stream()
                .filter(this::serving)
                .mapToLong(this::index)
                .max()
                .orElse(0);
        check(serving(name) && index(name) >= most, "another knows more than " + name + ", up to " + most);
        check(!quorum(), "it was given up although there is a quorum");
        check(
                quorumLostSince != null && !quorumLostSince.plusSeconds(900).isAfter(now),
                "it was given up before its time");
    }

    /** There is no way back from here on. */
    void raise(int next) {
        if (planned != null) {
            raisedApproved = approved == next;
            incarnation = next;
            recovery = planned;
            planned = null;
        }
    }

    void quarantine(String name) {
        check(!list.containsKey(name), "the volume of a member on the list was put aside: " + name);
        if (volumes.containsKey(name)) {
            quarantined.putIfAbsent(name, now.plus(Duration.ofDays(7)));
        }
    }

    void dropQuarantined(String name) {
        Instant until = quarantined.get(name);
        check(until == null || !until.isAfter(now), "a volume that was put aside was deleted too early: " + name);
        volumes.remove(name);
        quarantined.remove(name);
    }

    void addLearner(String name) {
        if (!list.containsKey(name)) {
            list.put(name, new Entry("m" + name, true));
        }
    }

    void promote(String name) {
        Entry entry = list.get(name);
        if (entry != null) {
            list.put(name, new Entry(entry.id(), false));
        }
    }

    void removeFromList(String name) {
        boolean served = serving(name) && voters().contains(name);
        boolean known = list.remove(name) != null;
        if (strangers.contains(name)) {
            check(leave, "one of the others was taken off the list: " + name);
            volumes.remove(name);
        }
        if (known) {
            check(!voters().isEmpty(), "the last voter was removed");
            if (served) {
                check(
                        servingVoters() >= Situation.majority(Math.max(1, replicas)),
                        "too few voters stay without " + name);
            }
        }
    }

    void deleteVolume(String name) {
        check(!former(name) || (clusterId != null && quorum()), "a volume of before was deleted too early: " + name);
        check(!list.containsKey(name), "the volume of a member on the list was deleted: " + name);
        Disk disk = volumes.get(name);
        if (disk != null) {
            disk.deleting = true;
        }
    }

    /** Fails the run: what must never happen did. */
    void check(boolean holds, String violation) {
        if (!holds) {
            throw new AssertionError(violation + "\n" + String.join("\n", log));
        }
    }

    /** What last happened to the cluster, without names and numbers. */
    String scenario() {
        for (int i = log.size() - 1; i >= 0; i--) {
            if (log.get(i).startsWith("-- ")) {
                return log.get(i)
                        .substring(3)
                        .replaceFirst("^" + CLUSTER + "-\\d+ ", "")
                        .replaceFirst("(:|,| to | t?\\d| with index| slow$| fast$).*", "");
            }
        }
        return "beginning";
    }
}
