package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.auth.FailedLogins;
import dev.mainstay.node.api.auth.Passwords;
import dev.mainstay.node.api.auth.Tokens;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What counts of what a call shows: its token, else its certificate. */
class IdentityTest {

    private final MemoryStore store = new MemoryStore();
    private final AuthTable table = AuthTable.open(store);
    private final Passwords passwords = new Passwords(Passwords.LEAST_COST);
    private final Authentication authentication =
            new Authentication(table::now, new OneToken(), passwords, new FailedLogins(System::nanoTime), true);

    @AfterEach
    void stop() {
        passwords.close();
    }

    @Test
    void whileAuthenticationIsOffEverybodyIsNobody() {
        assertThat(Identity.of(authentication, "good", "cert").now()).isEqualTo(known(Caller.NOBODY));
    }

    @Test
    void aTokenCountsBeforeACertificate() {
        enable();

        assertThat(Identity.of(authentication, "good", "cert").now()).isEqualTo(known(new Caller.User("ann", 3)));
        assertThat(Identity.of(authentication, "bad", "cert").now())
                .isEqualTo(new Identity.Who.Refused(ErrorCode.INVALID_AUTH_TOKEN));
        assertThat(Identity.of(authentication, null, "cert").now()).isEqualTo(known(new Caller.User("cert", 3)));
        assertThat(Identity.of(authentication, null, "").now()).isEqualTo(known(Caller.NOBODY));
    }

    private static Identity.Who known(Caller caller) {
        return new Identity.Who.Known(caller);
    }

    private void enable() {
        try (StoreTransaction changes = store.begin()) {
            assertThat(table.addUser(changes, "root", Bytes.EMPTY)).isNull();
            assertThat(table.grantRole(changes, "root", "root")).isNull();
            assertThat(table.enable(changes)).isNull();
            store.write(changes);
        }
    }

    private record OneToken() implements Tokens {

        @Override
        public Shown look(String token, long authRevision) {
            return token.equals("good") ? new Shown.Valid(new Caller.User("ann", authRevision)) : new Shown.Invalid();
        }

        @Override
        public CompletableFuture<Issued> issue(String user, long authRevision) {
            return CompletableFuture.completedFuture(new Issued.Token("good"));
        }
    }
}
