package dev.mainstay.operator.cluster.engine;

import dev.mainstay.operator.cluster.engine.LostQuorum.Machine;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The machines that members are on, one for each, by the member's name. One that is cut off goes on with what it runs, where neither the
 * operator nor the API server sees it; one that is dead runs nothing. What people say of machines is true.
 */
final class SimulatedMachines {

    /** How a machine is. */
    enum State {
        NEAR,
        CUT_OFF,
        DEAD
    }

    private final SortedMap<String, State> states = new TreeMap<>();
    private final Set<String> runFar = new TreeSet<>();
    private final Set<String> outOfService = new TreeSet<>();
    private final Set<String> removed = new TreeSet<>();

    State state(String name) {
        return states.getOrDefault(name, State.NEAR);
    }

    boolean near(String name) {
        return state(name) == State.NEAR;
    }

    /** Whether the member's process runs where nobody sees it. */
    boolean runsFar(String name) {
        return runFar.contains(name);
    }

    void cutOff(String name, boolean runs) {
        states.put(name, State.CUT_OFF);
        if (runs) {
            runFar.add(name);
        }
    }

    void die(String name) {
        states.put(name, State.DEAD);
        runFar.remove(name);
    }

    /** It is back, with its disk; what runs there without a pod is stopped before anybody reaches it. */
    void comeBack(String name) {
        states.remove(name);
        runFar.remove(name);
        outOfService.remove(name);
        removed.remove(name);
    }

    /** A person, or the cloud, says that it is no more. */
    void remove(String name) {
        if (state(name) == State.DEAD) {
            removed.add(name);
        }
    }

    void takeOutOfService(String name) {
        if (state(name) == State.DEAD) {
            outOfService.add(name);
        }
    }

    boolean isRemoved(String name) {
        return removed.contains(name);
    }

    /** As the API server has it. */
    Machine seen(String name, boolean placed) {
        if (!placed) {
            return Machine.NONE;
        }
        if (outOfService.contains(name)) {
            return Machine.OUT_OF_SERVICE;
        }
        return near(name) ? Machine.READY : Machine.LOST;
    }
}
