package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.Member;
import java.util.List;

/**
 * One replicated change. A command carries everything that applying it needs: apply looks at nothing but the replicated
 * state and the command.
 */
public sealed interface Command
        permits Operation.Put,
                Operation.DeleteRange,
                Operation.Txn,
                AuthCommand,
                MigrationCommand,
                Command.By,
                Command.Other {

    /**
     * A command and who wants it, which apply asks about once more. A command that stands alone comes from nobody.
     *
     * @param caller somebody
     * @param command not one of this kind itself
     */
    record By(Caller caller, Command command) implements Command {

        public By {
            if (caller instanceof Caller.Nobody || command instanceof By) {
                throw new IllegalArgumentException("a command by nobody, or by two");
            }
        }
    }

    /** The same from a caller, who may be nobody. */
    default Command by(Caller caller) {
        return caller instanceof Caller.Nobody ? this : new By(caller, this);
    }

    /** What is wanted, whoever wants it. */
    default Command wanted() {
        return this instanceof By(Caller _, Command command) ? command : this;
    }

    /** Who wants it. */
    default Caller caller() {
        return this instanceof By(Caller caller, Command _) ? caller : Caller.NOBODY;
    }

    /** The commands that are neither steps of a transaction nor about users and roles nor of a migration. */
    sealed interface Other extends Command {}

    /** Makes revisions below {@code revision} unreadable and their superseded versions removable. */
    record Compact(long revision) implements Other {}

    /**
     * Creates a lease.
     *
     * @param id chosen by the proposer, never 0
     * @param ttlSeconds the effective TTL, already raised to the minimum
     */
    record GrantLease(long id, long ttlSeconds) implements Other {}

    /** Ends a lease at a client's word and deletes its keys. */
    record RevokeLease(long id) implements Other {}

    /**
     * Ends a lease whose time is over, unless it was renewed since the leader looked.
     *
     * @param deadlineMillis the replicated deadline the leader saw, in cluster elapsed time
     */
    record ExpireLease(long id, long deadlineMillis) implements Other {}

    /** Moves the replicated deadline of a lease, in cluster elapsed time; never backwards. */
    record RenewLease(long id, long deadlineMillis) implements Other {}

    /** Raises or clears an alarm. */
    record SetAlarm(Alarm alarm, boolean active) implements Other {}

    /**
     * Raises CORRUPT for a member whose data the leader found to differ: it stops serving, the others go on. The alarm that
     * a client raises stops the writes of all.
     *
     * @param memberId 0 if nobody can tell whose data is wrong: then all writes stop
     */
    record ReportCorrupt(long memberId) implements Other {}

    /** Begins the hash of the state anew, so that members that began it at different entries can compare theirs again. */
    record BeginStateHash() implements Other {}

    /** Records who is in a new cluster. Does nothing once that is recorded. */
    record FoundCluster(List<Member> members) implements Other {

        public FoundCluster {
            members = List.copyOf(members);
        }
    }

    /**
     * Adds a member that will be started later.
     *
     * @param id chosen by the proposer
     * @param maxLearners how many learners there may be, as the proposer is configured
     */
    record AddMember(long id, List<String> peerUrls, boolean learner, int maxLearners) implements Other {

        public AddMember {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /**
     * Leaves one member in the cluster, with a vote, and takes all others out for ever. Nobody proposes it: it is put into the log
     * of a member that begins anew alone.
     *
     * @param member who stays; what else is said of it counts only where nothing is recorded
     */
    record ForceNewCluster(Member member) implements Other {}

    /** Takes a member out of the cluster for ever: its id can't come back. */
    record RemoveMember(long id) implements Other {}

    /** Says where a member's peers reach it from now on. */
    record UpdateMember(long id, List<String> peerUrls) implements Other {

        public UpdateMember {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** Gives a learner a vote. */
    record PromoteMember(long id) implements Other {}

    /** What a member says of itself after its start. */
    record PublishMember(long id, String name, List<String> clientUrls) implements Other {

        public PublishMember {
            clientUrls = List.copyOf(clientUrls);
        }
    }

    /**
     * Marks the end of a segment of the archive, and says what time it is.
     *
     * @param expectedLine the line of the archive that the proposer knows, 0 for none
     * @param line the line from here on if that is still so; another one begins anew behind this mark
     * @param wallMillis what time it was for the proposer, since 1970
     * @param clockMillis cluster elapsed time at the same moment
     * @param archivedIndex up to here the log is in the archive, as far as the proposer knows; 0 if it doesn't
     */
    record MarkArchive(long expectedLine, long line, long wallMillis, long clockMillis, long archivedIndex)
            implements Other {

        public MarkArchive {
            if (line == 0 || wallMillis < 0 || clockMillis < 0 || archivedIndex < 0) {
                throw new IllegalArgumentException("a mark of no line, before 1970 or before the log");
            }
        }
    }

    /** Carries nothing but the entry's clock. */
    record Tick() implements Other {}
}
