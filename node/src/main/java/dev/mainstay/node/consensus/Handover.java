package dev.mainstay.node.consensus;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A leader's last act: it hands leadership over, so that its end costs writers no election. */
final class Handover {

    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);

    private final GroupControl control;
    private final RaftSettings settings;

    Handover(GroupControl control, RaftSettings settings) {
        this.control = control;
        this.settings = settings;
    }

    /** To be called on the leader. */
    void run() {
        Optional<GroupControl.Peer> heir =
                control.heir(settings.memberId(), settings.timeouts().electionMillis(), _ -> true);
        if (heir.isEmpty()) {
            return;
        }
        String id = Long.toHexString(heir.get().memberId());
        int millis = 3 * settings.timeouts().electionMillis();
        try {
            control.transferLeadership(heir.get().memberId()).get(millis, TimeUnit.MILLISECONDS);
            LOG.info("handed leadership to member {}", id);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("leadership could not be handed to member {}: the others will elect a leader", id, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
