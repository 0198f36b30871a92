package dev.mainstay.node.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.testing.Seeds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random writes, compactions, clients that stop reading, cancels and progress requests, with each thread's turn chosen by
 * the seed. Whatever happens, a watcher has at any time got exactly the events of a prefix of history from its start on,
 * whole revisions at a time, and no notice promised more than that.
 */
class WatchSimulationTest {

    /** So small that the window moves on all the time. */
    private static final WatchLimits TINY =
            new WatchLimits(3_000, 5, 40, 150, Duration.ofMillis(100), 64, WatcherBounds.NONE);

    private static final class Expected {
        final WatchSpec spec;
        final long created;
        long matchedThrough;

        Expected(WatchSpec spec, long created) {
            this.spec = spec;
            this.created = created;
            this.matchedThrough = spec.startRevision() == 0 ? created : spec.startRevision() - 1;
        }
    }

    /** A client that checks each message as it comes. */
    private static final class Client implements WatchSink {
        final ModelHistory history;
        final Queue<WatchSpec> creating = new ArrayDeque<>();
        final Map<Long, Expected> watchers = new TreeMap<>();
        final List<Bytes> chain = new ArrayList<>();
        WatchStream stream = new Nowhere();
        long chainId = WatchReply.NO_WATCH_ID;
        int credit;
        boolean justCreated;
        int requested;
        int handled;
        int progressAsked;
        int progressTold;
        long newestHeader;
        boolean closed;

        Client(ModelHistory history) {
            this.history = history;
        }

        @Override
        public boolean isReady() {
            return credit > 0;
        }

        @Override
        public void requestHandled() {
            handled++;
        }

        @Override
        public void send(WatchReply reply) {
            boolean follows =
                    chainId != WatchReply.NO_WATCH_ID || (justCreated && reply instanceof WatchReply.Compacted);
            justCreated = reply instanceof WatchReply.Created;
            assertThat(credit > 0 || follows)
                    .as("%s sent to a client that is not ready", reply)
                    .isTrue();
            assertThat(closed).as("%s sent after the end", reply).isFalse();
            credit--;
            if (chainId != WatchReply.NO_WATCH_ID) {
                assertThat(reply)
                        .isInstanceOfSatisfying(
                                WatchReply.Events.class,
                                events -> assertThat(events.watchId()).isEqualTo(chainId));
            }
            switch (reply) {
                case WatchReply.Created(long id, long header) -> {
                    header(header);
                    watchers.put(id, new Expected(creating.remove(), header));
                }
                case WatchReply.Rejected(String _, long header) -> {
                    header(header);
                    WatchSpec spec = creating.remove();
                    assertThat(spec.startRevision() < 0 || watchers.containsKey(spec.watchId()))
                            .isTrue();
                }
                case WatchReply.Cancelled(long id, long header) -> {
                    header(header);
                    watchers.remove(id);
                }
                case WatchReply.Compacted(long id, long compacted) -> {
                    Expected watcher = requireNonNull(watchers.remove(id));
                    assertThat(watcher.matchedThrough + 1).isLessThan(compacted);
                    assertThat(compacted).isLessThanOrEqualTo(history.compactRevision());
                }
                case WatchReply.Events(long id, long header, List<Bytes> events, boolean fragment) -> {
                    header(header);
                    chain.addAll(events);
                    chainId = fragment ? id : WatchReply.NO_WATCH_ID;
                    if (!fragment) {
                        received(requireNonNull(watchers.get(id)), List.copyOf(chain), header);
                        chain.clear();
                    }
                }
                case WatchReply.Progress(long id, long header) -> {
                    header(header);
                    if (id == WatchReply.NO_WATCH_ID) {
                        progressTold++;
                        assertThat(progressTold).isLessThanOrEqualTo(progressAsked);
                        assertThat(watchers).isNotEmpty();
                        watchers.values().forEach(watcher -> promised(watcher, header));
                    } else {
                        Expected watcher = requireNonNull(watchers.get(id));
                        assertThat(watcher.spec.progressNotify()).isTrue();
                        promised(watcher, header);
                    }
                }
            }
        }

        private void header(long header) {
            assertThat(header).isLessThanOrEqualTo(history.revision());
            newestHeader = Math.max(newestHeader, header);
        }

        /** What the watcher must get of history up to a revision, revision by revision. */
        private void received(Expected watcher, List<Bytes> events, long header) {
            assertThat(events).isNotEmpty();
            List<String> left =
                    new ArrayList<>(events.stream().map(Bytes::toString).toList());
            while (!left.isEmpty()) {
                long revision = watcher.matchedThrough + 1;
                assertThat(revision).as("events that never were: %s", left).isLessThanOrEqualTo(history.revision());
                List<String> wanted = wanted(watcher.spec, history.all().get((int) revision - 2));
                assertThat(left.size()).isGreaterThanOrEqualTo(wanted.size());
                assertThat(left.subList(0, wanted.size()))
                        .as("revision %d for %s", revision, watcher.spec)
                        .isEqualTo(wanted);
                left.subList(0, wanted.size()).clear();
                watcher.matchedThrough = revision;
            }
            assertThat(header).isGreaterThanOrEqualTo(watcher.matchedThrough);
        }

        private void promised(Expected watcher, long header) {
            assertThat(header).isGreaterThanOrEqualTo(watcher.spec.startRevision());
            assertThat(header).isGreaterThanOrEqualTo(watcher.created);
            for (long revision = watcher.matchedThrough + 1; revision <= header; revision++) {
                assertThat(wanted(watcher.spec, history.all().get((int) revision - 2)))
                        .as("owed at %d though %d was promised", revision, header)
                        .isEmpty();
                watcher.matchedThrough = revision;
            }
        }

        void complete() {
            assertThat(creating).isEmpty();
            assertThat(handled).isEqualTo(requested);
            for (Expected watcher : watchers.values()) {
                for (long r = watcher.matchedThrough + 1; r <= history.revision(); r++) {
                    assertThat(wanted(watcher.spec, history.all().get((int) r - 2)))
                            .as("owed at %d in the end", r)
                            .isEmpty();
                }
            }
        }
    }

    private static List<String> wanted(WatchSpec spec, RevisionEvents revision) {
        KeyRange range = KeyRange.of(spec.key(), spec.rangeEnd());
        List<String> wanted = new ArrayList<>();
        for (Event event : revision.events()) {
            boolean put = event.type() == Event.Type.PUT;
            if (range.contains(event.kv().key()) && !(put ? spec.noPut() : spec.noDelete())) {
                wanted.add(HubFixture.text(event, spec.prevKv()));
            }
        }
        return wanted;
    }

    @Seeds(300)
    void everyWatcherGetsExactlyItsEvents(long seed) {
        Random random = new Random(seed);
        HubFixture hub = new HubFixture(TINY, random.nextInt(20));
        List<Client> clients = new ArrayList<>();
        Queue<RevisionEvents> unpublished = new ArrayDeque<>();
        for (int step = 0; step < 600; step++) {
            act(random, hub, clients, unpublished);
        }
        hub.core.publish(List.copyOf(unpublished));
        for (Client client : clients) {
            client.credit = Integer.MAX_VALUE;
            client.stream.ready();
        }
        hub.settle();

        clients.stream().filter(client -> !client.closed).forEach(Client::complete);
        assertThat(hub.slow).isZero();
        assertThat(hub.watchers)
                .isEqualTo(clients.stream()
                        .filter(client -> !client.closed)
                        .mapToInt(client -> client.watchers.size())
                        .sum());
    }

    private static void act(Random random, HubFixture hub, List<Client> clients, Queue<RevisionEvents> unpublished) {
        ModelHistory history = hub.history;
        int dice = random.nextInt(100);
        if (clients.size() < 6 && dice < 6) {
            Client client = new Client(history);
            client.stream = hub.core.open(client);
            clients.add(client);
        } else if (dice < 35) {
            unpublished.add(history.write(changes(random)));
        } else if (dice < 50) {
            hub.core.publish(List.copyOf(unpublished));
            unpublished.clear();
        } else if (dice < 70) {
            hub.core.step();
        } else if (dice < 75) {
            Runnable read = hub.catchUpThread.poll();
            if (read != null) {
                read.run();
            }
        } else if (dice < 77) {
            long low = Math.max(1, history.compactRevision() + 1);
            if (low <= history.revision()) {
                history.compact(low + random.nextLong(history.revision() - low + 1));
            }
        } else if (dice < 79) {
            hub.nanos += Duration.ofMillis(60).toNanos();
        } else if (!clients.isEmpty()) {
            ask(random, history, clients.get(random.nextInt(clients.size())));
        }
    }

    private static void ask(Random random, ModelHistory history, Client client) {
        int dice = random.nextInt(20);
        if (client.closed) {
            return;
        }
        if (dice < 9) {
            client.credit = random.nextInt(4) == 0 ? 100 : random.nextInt(4);
            client.stream.ready();
        } else if (client.requested - client.handled >= TINY.maxPendingRequests()) {
            return;
        } else if (dice < 15) {
            WatchSpec spec = spec(random, history);
            client.creating.add(spec);
            client.requested++;
            client.stream.create(spec);
        } else if (dice < 17) {
            client.requested++;
            client.stream.cancel(random.nextInt(5));
        } else if (dice < 19) {
            client.requested++;
            client.progressAsked++;
            client.stream.requestProgress();
        } else if (random.nextInt(4) == 0) {
            client.closed = true;
            client.stream.close();
        }
    }

    private static WatchSpec spec(Random random, ModelHistory history) {
        String key = key(random);
        String end = switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "\0";
            default -> key + "~";
        };
        long start = random.nextBoolean() ? 0 : random.nextLong(history.revision() + 6) - 1;
        return new WatchSpec(
                Bytes.utf8(key),
                Bytes.utf8(end),
                start,
                random.nextBoolean(),
                random.nextInt(5) == 0,
                random.nextInt(5) == 0,
                random.nextBoolean(),
                random.nextInt(4) == 0 ? 10 + random.nextInt(4) : 0,
                random.nextBoolean());
    }

    private static String key(Random random) {
        return (random.nextBoolean() ? "a" : "b") + (random.nextBoolean() ? "" : (char) ('a' + random.nextInt(5)));
    }

    private static String[] changes(Random random) {
        int count = random.nextInt(15) == 0 ? 12 : 1 + random.nextInt(3);
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = key(random);
            changes.add(random.nextInt(4) == 0 ? key : key + "=" + random.nextInt(1_000_000));
        }
        changes.add("z=" + random.nextInt());
        return changes.toArray(String[]::new);
    }

    /** A stream before there is one. */
    private static final class Nowhere implements WatchStream {
        @Override
        public void create(WatchSpec spec) {}

        @Override
        public void reject(String reason) {}

        @Override
        public void cancel(long watchId) {}

        @Override
        public void requestProgress() {}

        @Override
        public void ready() {}

        @Override
        public void close() {}
    }
}
