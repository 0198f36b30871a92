package dev.mainstay.e2e.linear;

import java.util.List;

/**
 * What the server answered.
 *
 * @param revision of the response header: the one this request made, or if it changed nothing, the one it saw
 * @param guardsHeld whether the guards held
 * @param found by each step that was done
 */
public record Answer(long revision, boolean guardsHeld, List<List<Pair>> found) {
    /** Copies the list. */
    public Answer {
        found = List.copyOf(found);
    }

    /** Whether, by this answer, the request changed anything and so made the revision. */
    boolean changed(Request request) {
        List<Step> steps = request.steps(guardsHeld);
        for (int i = 0; i < steps.size() && i < found.size(); i++) {
            boolean changed = switch (steps.get(i)) {
                case Step.Put put -> true;
                case Step.Delete delete -> !found.get(i).isEmpty();
                case Step.Get get -> false;
            };
            if (changed) {
                return true;
            }
        }
        return false;
    }
}
