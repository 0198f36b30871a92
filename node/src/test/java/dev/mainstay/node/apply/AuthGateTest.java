package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.common.Permission;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts is who may do what at a command's own place in the log. */
class AuthGateTest {

    private static final Bytes KEY = Bytes.utf8("a");
    private static final Operation.Put PUT = new Operation.Put(KEY, Bytes.utf8("1"), 0, false, false, false);
    private static final Bytes HASH = Bytes.utf8("hash");

    private final Replica replica = Replica.empty();

    @Test
    void whatWasAskedForBeforeAuthenticationWasOnIsRefusedAfterIt() {
        List<Outcome> outcomes = replica.apply(
                PUT,
                new AuthCommand.AddUser("root", HASH),
                new AuthCommand.GrantRole("root", "root"),
                new AuthCommand.Enable(),
                PUT,
                new AuthCommand.AddUser("eve", HASH),
                PUT.by(new Caller.User("root", revision() + 2)));

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.PutDone.class);
        assertThat(outcomes.get(4)).isEqualTo(refused(ErrorCode.USER_EMPTY));
        assertThat(outcomes.get(5)).isEqualTo(refused(ErrorCode.USER_EMPTY));
        assertThat(outcomes.get(6)).isInstanceOf(Outcome.PutDone.class);
    }

    @Test
    void aPermissionTakenBackIsGoneForWhatIsUnderWay() {
        Caller ann = enabled();
        assertThat(replica.applyOne(PUT.by(ann))).isInstanceOf(Outcome.PutDone.class);

        List<Outcome> outcomes =
                replica.apply(new AuthCommand.RevokeRole("ann", "some").by(Caller.CLUSTER), PUT.by(ann));

        assertThat(outcomes.get(1)).isEqualTo(refused(ErrorCode.AUTH_OLD_REVISION));
        assertThat(replica.applyOne(PUT.by(new Caller.User("ann", revision()))))
                .isEqualTo(refused(ErrorCode.PERMISSION_DENIED));
    }

    @Test
    void aLeaseTakesThePermissionForItsKeys() {
        replica.apply(new Command.GrantLease(7, 60), new Operation.Put(Bytes.utf8("x"), HASH, 7, false, false, false));
        Caller ann = enabled();

        assertThat(replica.applyOne(new Operation.Put(KEY, HASH, 7, false, false, false).by(ann)))
                .isEqualTo(refused(ErrorCode.PERMISSION_DENIED));
        assertThat(replica.applyOne(new Command.RevokeLease(7).by(ann)))
                .isEqualTo(refused(ErrorCode.PERMISSION_DENIED));
        assertThat(replica.applyOne(new Command.RevokeLease(7).by(new Caller.User("root", revision()))))
                .isInstanceOf(Outcome.Done.class);
    }

    @Test
    void membersGoOnWithTheirOwnWork() {
        replica.apply(new Command.GrantLease(7, 60), new Operation.Put(Bytes.utf8("x"), HASH, 7, false, false, false));
        enabled();
        long deadline = replica.leases.leases().getFirst().deadlineMillis();

        assertThat(replica.apply(
                        new Command.RenewLease(7, deadline + 1),
                        new Command.ExpireLease(7, deadline + 1),
                        new Command.FoundCluster(List.of(new Member(1, "m", List.of("http://m:1"), List.of(), false))),
                        new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), true).by(Caller.CLUSTER),
                        new Command.Tick()))
                .noneMatch(Outcome.Refused.class::isInstance);
        assertThat(replica.applyOne(new Command.SetAlarm(new Alarm(1, Alarm.Type.NOSPACE), false)))
                .isEqualTo(refused(ErrorCode.USER_EMPTY));
    }

    @Test
    void aTokenIsOnlyGivenByTheUsersThatThePasswordWasComparedWith() {
        List<String> news = new ArrayList<>();
        replica.applier.tokensTo(new CommittedTokens() {
            @Override
            public void issued(String user, Bytes tokenHash) {
                news.add("issued " + user + " " + tokenHash);
            }

            @Override
            public void overFor(String user) {
                news.add("over for " + user);
            }

            @Override
            public void over() {
                news.add("over");
            }
        });
        assertThat(replica.applyOne(new AuthCommand.IssueToken("ann", 1, HASH)))
                .isEqualTo(refused(ErrorCode.AUTH_NOT_ENABLED));
        enabled();
        long before = revision();

        Outcome issued = replica.applyOne(new AuthCommand.IssueToken("ann", before, HASH));
        replica.applyOne(new AuthCommand.SetPassword("ann", HASH).by(Caller.CLUSTER));

        assertThat(issued)
                .isEqualTo(new Outcome.TokenIssued(
                        replica.kv.revision(), replica.applier.applied().index() - 1));
        assertThat(replica.applyOne(new AuthCommand.IssueToken("ann", before, HASH)))
                .isEqualTo(refused(ErrorCode.AUTH_OLD_REVISION));
        replica.applyOne(new AuthCommand.Disable().by(Caller.CLUSTER));
        assertThat(news).containsExactly("issued ann hash", "over for ann", "over");
    }

    /** Root, and ann who may write one key. */
    private Caller enabled() {
        replica.apply(
                new AuthCommand.AddUser("root", HASH),
                new AuthCommand.GrantRole("root", "root"),
                new AuthCommand.AddUser("ann", HASH),
                new AuthCommand.AddRole("some"),
                new AuthCommand.GrantPermission("some", new Permission(Permission.Kind.WRITE, KEY, Bytes.EMPTY)),
                new AuthCommand.GrantRole("ann", "some"),
                new AuthCommand.Enable());
        return new Caller.User("ann", revision());
    }

    private long revision() {
        return replica.applier.auth().now().revision();
    }

    private static Outcome refused(ErrorCode code) {
        return new Outcome.Refused(code);
    }
}
