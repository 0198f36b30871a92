package dev.mainstay.node.backup;

import dev.mainstay.node.objectstore.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;

/** Lets several actors make calls of one store, one call at a time, in an order that a seed decides. */
final class Turns {

    /** So that some get far while others are in the middle of something. */
    private static final int MEAN_CALLS_IN_A_ROW = 12;

    private final Random random;
    private final SortedSet<Integer> waiting = new TreeSet<>();
    private int busy;
    private final List<Semaphore> turns = new ArrayList<>();
    private int favourite = -1;

    Turns(Random random) {
        this.random = random;
    }

    /** What an actor does with its view of the store. */
    interface Act {
        void with(ObjectStore store) throws Exception;
    }

    /** Has all act to their ends; what they threw. */
    List<Exception> play(ObjectStore store, List<Act> acts) throws InterruptedException {
        List<Exception> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        synchronized (this) {
            busy = acts.size();
            acts.forEach(_ -> turns.add(new Semaphore(0)));
        }
        for (int i = 0; i < acts.size(); i++) {
            int actor = i;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    acts.get(actor).with(view(store, actor));
                } catch (Exception e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                } finally {
                    end();
                }
            }));
        }
        grantAll();
        for (Thread thread : threads) {
            thread.join();
        }
        return failures;
    }

    private ObjectStore view(ObjectStore store, int actor) {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, arguments) -> {
                    await(actor);
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void await(int actor) {
        synchronized (this) {
            waiting.add(actor);
            busy--;
            notifyAll();
        }
        turns.get(actor).acquireUninterruptibly();
    }

    private synchronized void end() {
        busy--;
        notifyAll();
    }

    private synchronized void grantAll() throws InterruptedException {
        while (true) {
            while (busy > 0) {
                wait();
            }
            if (waiting.isEmpty()) {
                return;
            }
            if (!waiting.contains(favourite) || random.nextInt(MEAN_CALLS_IN_A_ROW) == 0) {
                favourite = List.copyOf(waiting).get(random.nextInt(waiting.size()));
            }
            waiting.remove(favourite);
            busy++;
            turns.get(favourite).release();
        }
    }
}
