package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a perfect store see: requests take effect at a random time between question and answer; some answers get
 * lost, of requests that were done at once, much later, or never.
 */
final class SimulatedHistory {
    static final long FIRST_REVISION = 1;
    private static final int DELAY = 100;

    private final Random random;
    private final int keys;
    private final int lostPerMille;
    private final Store store = new Store(FIRST_REVISION, List.of());
    private final List<Operation> operations = new ArrayList<>();
    private final NavigableMap<Long, List<Change>> changes = new TreeMap<>();
    private int values;

    private SimulatedHistory(Random random, int keys, int lostPerMille) {
        this.random = random;
        this.keys = keys;
        this.lostPerMille = lostPerMille;
    }

    static SimulatedHistory of(Random random, int clients, int operations, int keys, int lostPerMille) {
        SimulatedHistory history = new SimulatedHistory(random, keys, lostPerMille);
        history.run(clients, operations);
        return history;
    }

    /** In no order of meaning. */
    List<Operation> operations() {
        return operations;
    }

    /** What really happened. */
    NavigableMap<Long, List<Change>> changes() {
        return changes;
    }

    private void run(int clients, int count) {
        PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::time));
        for (int client = 0; client < clients; client++) {
            events.add(new Event(random.nextInt(DELAY), client, null, 0));
        }
        int asked = 0;
        while (!events.isEmpty()) {
            Event event = events.poll();
            if (event.request() == null) {
                if (asked++ < count) {
                    ask(event.time(), event.client(), events);
                }
            } else {
                take(event);
            }
        }
    }

    private void ask(long now, int client, PriorityQueue<Event> events) {
        Request request = request();
        if (random.nextInt(1_000) < lostPerMille && request.mayChange()) {
            operations.add(Operation.unknown(client, now, request));
            if (random.nextInt(3) > 0) {
                long late = random.nextInt(4) == 0 ? random.nextLong(50L * DELAY) : random.nextLong(2L * DELAY);
                events.add(new Event(now + late, client, request, -1));
            }
            events.add(new Event(now + DELAY + random.nextInt(DELAY), client, null, 0));
            return;
        }
        long done = now + random.nextInt(DELAY);
        long answered = done + random.nextInt(DELAY);
        events.add(new Event(done, client, request, operations.size()));
        operations.add(new Operation(client, now, answered, request, null, Operation.ANY));
        events.add(new Event(answered + 1 + random.nextInt(DELAY), client, null, 0));
    }

    private void take(Event event) {
        Request request = event.request();
        if (request == null) {
            return;
        }
        Store.Effect effect = store.tryOut(request);
        if (!effect.changes().isEmpty()) {
            store.apply(effect.changes());
            changes.put(store.revision(), effect.changes());
        }
        if (event.operation() >= 0) {
            Operation asked = operations.get(event.operation());
            operations.set(
                    event.operation(),
                    Operation.known(asked.client(), asked.asked(), asked.answered(), asked.request(), effect.answer()));
        }
    }

    private Request request() {
        String key = key();
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> Request.of(new Step.Put(key, value()));
            case 3 -> Request.of(new Step.Delete(Keys.one(key)));
            case 4 -> Request.guarded(new Guard(key, guess(key)), new Step.Put(key, value()));
            case 5 ->
                Request.of(new Step.Put("k0", value()), new Step.Put("k1", value()), new Step.Delete(Keys.one("k2")));
            case 6 -> Request.of(new Step.Get(new Keys("k", "l")));
            case 7 -> Request.guarded(new Guard(key, guess(key)), new Step.Delete(Keys.one(key)));
            default -> Request.of(new Step.Get(Keys.one(key)));
        };
    }

    /** Often right. */
    private long guess(String key) {
        Pair pair = store.contents().get(key);
        return pair == null || random.nextInt(4) == 0 ? 0 : pair.modified();
    }

    private String key() {
        return "k" + random.nextInt(keys);
    }

    private String value() {
        return "v" + ++values;
    }

    private record Event(long time, int client, @Nullable Request request, int operation) {}
}
