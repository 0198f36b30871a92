package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.linear.Answer;
import dev.mainstay.e2e.linear.Guard;
import dev.mainstay.e2e.linear.Keys;
import dev.mainstay.e2e.linear.Pair;
import dev.mainstay.e2e.linear.Request;
import dev.mainstay.e2e.linear.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What one client asks for: few keys, shared by all, and every value once. One thread. */
final class Workload {
    /** All keys that are ever used. */
    static final Keys ALL = new Keys("k", "l");

    private static final int KEYS = 12;

    private final String client;
    private final Random random;
    /** What this client saw last, to guess from. */
    private final Map<String, Long> modified = new HashMap<>();

    private long values;

    /**
     * A workload that begins.
     *
     * @param client part of every value, so that no other workload may ever have the same
     */
    Workload(String client, Random random) {
        this.client = client;
        this.random = random;
    }

    /** One of the keys. */
    static String key(int n) {
        return String.format("k%02d", n % KEYS);
    }

    Request next() {
        int kind = random.nextInt(100);
        String key = anyKey();
        if (kind < 28) {
            return Request.of(new Step.Put(key, value()));
        }
        if (kind < 36) {
            return Request.of(new Step.Delete(Keys.one(key)));
        }
        if (kind < 54) {
            return Request.guarded(new Guard(key, modified.getOrDefault(key, 0L)), new Step.Put(key, value()));
        }
        if (kind < 66) {
            return several();
        }
        if (kind < 84) {
            return Request.of(new Step.Get(Keys.one(key)));
        }
        if (kind < 90) {
            return Request.of(new Step.Get(ALL));
        }
        if (kind < 95) {
            return Request.of(new Step.Get(Keys.one(key)), new Step.Get(Keys.one(anyKey())));
        }
        return Request.serializable(ALL);
    }

    /** Looks at an answer, for the next guess. */
    void answered(Request request, Answer answer) {
        List<Step> steps = request.steps(answer.guardsHeld());
        for (int i = 0; i < steps.size(); i++) {
            switch (steps.get(i)) {
                case Step.Put put -> modified.put(put.key(), answer.revision());
                case Step.Delete delete -> modified.remove(delete.keys().first());
                case Step.Get get -> {
                    if (get.keys().end().isEmpty() && answer.found().get(i).isEmpty()) {
                        modified.remove(get.keys().first());
                    }
                    for (Pair pair : answer.found().get(i)) {
                        modified.put(pair.key(), pair.modified());
                    }
                }
            }
        }
    }

    /** Changes several keys at once. */
    private Request several() {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            numbers.add(i);
        }
        Collections.shuffle(numbers, random);
        Step[] steps = new Step[2 + random.nextInt(3)];
        for (int i = 0; i < steps.length; i++) {
            String key = key(numbers.get(i));
            steps[i] = switch (random.nextInt(5)) {
                case 0 -> new Step.Delete(Keys.one(key));
                case 1 -> new Step.Get(Keys.one(key));
                default -> new Step.Put(key, value());
            };
        }
        String guarded = key(numbers.get(0));
        return random.nextBoolean()
                ? Request.of(steps)
                : Request.guarded(new Guard(guarded, modified.getOrDefault(guarded, 0L)), steps);
    }

    private String anyKey() {
        return key(random.nextInt(KEYS));
    }

    private String value() {
        return client + "-" + ++values;
    }
}
