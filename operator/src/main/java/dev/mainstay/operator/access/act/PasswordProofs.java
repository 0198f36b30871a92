package dev.mainstay.operator.access.act;

import dev.mainstay.operator.member.AuthApi;
import dev.mainstay.operator.member.AuthApi.AuthStatus;
import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import dev.mainstay.operator.member.Endpoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether users have the passwords that they should. A member is asked to log them in, which is dear, so it is asked only when users and roles
 * have changed there, or the secret here; what it said is remembered for as long as neither does. Losing that memory costs one question
 * each. Nothing of a password is kept. One entry for each user's object. Any thread.
 */
public final class PasswordProofs {

    /** Tells users with a password from those without; that it is the right one is no matter. */
    private static final String NOBODYS = "-".repeat(72);

    private final AuthApi members;
    private final Map<String, Proof> proofs = new ConcurrentHashMap<>();

    private record Proof(AuthStatus status, String secretVersion, PasswordCheck check) {}

    /** Asks {@code members}. */
    public PasswordProofs(AuthApi members) {
        this.members = members;
    }

    /**
     * What is known of a user's password.
     *
     * @param uid of the object that wants it
     * @param status the state of users and roles now
     * @param password the wanted one; empty if the user should have none
     * @param secretVersion tells the password from others; empty if the user should have none
     */
    public PasswordCheck check(
            String uid, Endpoint endpoint, AuthStatus status, String user, String password, String secretVersion) {
        if (!status.enabled()) {
            return PasswordCheck.UNKNOWN;
        }
        Proof known = proofs.get(uid);
        if (known != null
                && known.status().equals(status)
                && known.secretVersion().equals(secretVersion)) {
            return known.check();
        }
        PasswordCheck check = members.check(endpoint, user, password.isEmpty() ? NOBODYS : password);
        boolean well = check == (password.isEmpty() ? PasswordCheck.NONE : PasswordCheck.MATCHES);
        if (well) {
            proofs.put(uid, new Proof(status, secretVersion, check));
        } else {
            proofs.remove(uid);
        }
        return check;
    }

    /** Forgets what is known for an object that is gone. */
    public void forget(String uid) {
        proofs.remove(uid);
    }
}
