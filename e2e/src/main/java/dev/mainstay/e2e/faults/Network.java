package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Place;
import java.util.Random;

/**
 * What lies between the members of a cluster, and can be broken on purpose. Members are numbered from 0; a link leads from
 * one to another and carries all bytes the first sends to the second, whoever opened the connection. Clients are never
 * affected. Safe for any number of threads.
 */
public interface Network extends AutoCloseable {
    /** Where the member runs; the same at every call. */
    Place place(int member);

    /** The member's process was started, also again. */
    void started(int member, long pid);

    /** From now on, nothing sent over this link arrives, as if its packets were dropped; what is sent may arrive once healed. */
    void cut(int from, int to);

    /** Makes the link slow and unreliable in this way. */
    void disturb(int from, int to, Disturbance disturbance);

    /** Resets every connection between the two, once. */
    void reset(int one, int other);

    /** All links are well again. */
    void heal();

    /** What it is, for messages. */
    String description();

    @Override
    void close();

    /** Cuts both links between two members. */
    default void cutBoth(int one, int other) {
        cut(one, other);
        cut(other, one);
    }

    /**
     * The best this machine allows: a network namespace for each member, else proxies on the loopback address. Says on
     * standard output which it is if it's the lesser one. {@code -Dchaos.network=loopback} chooses that anyway.
     *
     * @param members how many members there may be
     * @param seed decides the chances of disturbances
     */
    static Network best(int members, long seed) {
        if (System.getProperty("chaos.network", "namespaces").equals("namespaces")) {
            String obstacle = NamespaceNetwork.obstacle();
            if (obstacle.isEmpty()) {
                return new NamespaceNetwork(members, new Random(seed));
            }
            System.out.println("network: loopback with proxies, because " + obstacle);
        }
        return new LoopbackNetwork(members, new Random(seed));
    }
}
