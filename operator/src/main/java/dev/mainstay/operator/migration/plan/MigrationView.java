package dev.mainstay.operator.migration.plan;

import dev.mainstay.operator.backup.engine.TaskView;
import java.time.Instant;

/**
 * How far a migration is.
 *
 * @param recorded what was recorded when the source was left; empty before
 * @param begun whether the operator has once begun it
 * @param whole whether all members that are wanted serve and vote
 * @param problem what is wrong with a secret that is named; empty for nothing
 * @param cutOver whether the source may be left as soon as nobody writes to it
 * @param follow the job that follows the source until it is stopped
 * @param leave the job that leaves the source when it can
 * @param now the moment
 */
public record MigrationView(
        String recorded,
        boolean begun,
        boolean whole,
        String problem,
        boolean cutOver,
        TaskView follow,
        TaskView leave,
        Instant now) {

    /** The job that should run now. */
    TaskView wanted() {
        return cutOver ? leave : follow;
    }

    /** The job that shouldn't. */
    TaskView other() {
        return cutOver ? follow : leave;
    }
}
