package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.server.Program;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Users, roles, tokens, and what is permitted to whom. */
public final class AuthGame implements StepGame {
    /** The user who may do everything, and the role that says so. */
    static final String ROOT = "root";

    private static final String DENIED = "PERMISSION_DENIED";
    private static final String NOBODY = "INVALID_ARGUMENT etcdserver: user name is empty";
    private static final String BAD_TOKEN = "UNAUTHENTICATED";

    /** Calls that are refused to some callers and not to others. */
    private static final Set<StepKind> GUARDED = EnumSet.of(
            StepKind.USER_ADD,
            StepKind.USER_GET,
            StepKind.USER_LIST,
            StepKind.USER_DELETE,
            StepKind.USER_CHANGE_PASSWORD,
            StepKind.USER_GRANT_ROLE,
            StepKind.USER_REVOKE_ROLE,
            StepKind.ROLE_ADD,
            StepKind.ROLE_GET,
            StepKind.ROLE_LIST,
            StepKind.ROLE_DELETE,
            StepKind.ROLE_GRANT_PERMISSION,
            StepKind.ROLE_REVOKE_PERMISSION,
            StepKind.AUTH_ENABLE,
            StepKind.PUT,
            StepKind.RANGE,
            StepKind.DELETE,
            StepKind.TXN);

    @Override
    public List<Step> sequence(long seed, int length, int members) {
        AuthSequence sequence = new AuthSequence(seed, members);
        return Stream.generate(sequence::next).limit(length).toList();
    }

    @Override
    public Playing<Step> player(List<String> endpoints) {
        return new Player(endpoints, true);
    }

    @Override
    public List<Step> last() {
        return new KeyValueGame().last().stream().map(step -> step.as(ROOT)).toList();
    }

    /** Passwords are hashed as cheaply as may be, and tokens outlive every sequence. */
    @Override
    public List<String> flags(Program program) {
        List<String> flags = new ArrayList<>(new KeyValueGame().flags(program));
        flags.addAll(List.of("--bcrypt-cost=4", "--auth-token-ttl=3600"));
        return flags;
    }

    @Override
    public boolean excused(Step step, String reference, String subject) {
        return KnownDifferences.isKeptHash(step, reference, subject)
                || KnownDifferences.isRootRole(step, reference, subject)
                || KnownDifferences.isOldRefusal(step.kind(), reference, subject);
    }

    @Override
    public List<String> missing(Outcomes outcomes) {
        return GUARDED.stream()
                .flatMap(kind -> Stream.of(Outcomes.OK, DENIED, NOBODY, BAD_TOKEN)
                        .filter(outcome -> outcomes.of(kind.name(), outcome) == 0)
                        .map(outcome -> kind + " " + outcome))
                .toList();
    }
}
