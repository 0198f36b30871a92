package dev.mainstay.operator.access.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.access.act.AuthCaller;
import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Permission;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Users and roles of any kind become any other, with the operator killed after any call: what is wanted comes about, nothing is refused, nothing
 * that is wanted and was there is out of reach in between, and nothing is done once all is well.
 */
class PlanPropertyTest {

    private static final int STORIES = 20_000;
    private static final Endpoint MEMBER = new Endpoint("m:2379", "m:2381", "m", null);
    private static final List<String> ROLES = List.of("a", "b", "c", "root");
    private static final List<Permission.Access> ACCESSES = List.of(Permission.Access.values());
    private static final List<KeyRange> RANGES = List.of(
            KeyRange.one(bytes("/a")),
            KeyRange.prefix(bytes("/a")),
            KeyRange.prefix(bytes("")),
            KeyRange.between(bytes("/a"), bytes("/b")),
            KeyRange.one(bytes("/b")));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void usersBecomeWhatIsWanted() {
        for (int seed = 0; seed < STORIES; seed++) {
            Random random = new Random(seed);
            FakeAuth members = new FakeAuth();
            members.enabled = random.nextBoolean();
            pick(random, ROLES).forEach(role -> members.roles.put(role, new HashMap<>()));
            String known = null;
            if (random.nextInt(4) > 0) {
                members.users.put("u", pick(random, List.copyOf(members.roles.keySet())));
                members.passwords.put("u", random.nextBoolean() ? "" : random.nextBoolean() ? "right" : "wrong");
                known = has(members);
            }
            boolean password = random.nextBoolean();
            SortedSet<String> wantedRoles = pick(random, ROLES);
            Set<String> kept = new TreeSet<>(members.users.getOrDefault("u", Set.of()));
            kept.retainAll(wantedRoles);
            boolean sameKind = members.users.containsKey("u") && has(members).isEmpty() != password;

            for (int attempt = 0; attempt < 30; attempt++) {
                List<AuthCall> calls = userCalls(members, password, wantedRoles, known);
                if (calls.isEmpty()) {
                    break;
                }
                members.answers = random.nextBoolean() ? random.nextInt(calls.size() + 1) : Integer.MAX_VALUE;
                try {
                    new AuthCaller(members).carryOut(MEMBER, calls, password ? "right" : null);
                    known = has(members);
                } catch (MemberCallException e) {
                    // Killed: what it had written down is what it knew before.
                    assertThat(e).isNotNull();
                }
                members.answers = Integer.MAX_VALUE;
                if (sameKind) {
                    assertThat(members.users.getOrDefault("u", Set.of()))
                            .as("seed " + seed + ": wanted roles stay")
                            .containsAll(kept);
                }
            }

            Set<String> granted = new TreeSet<>(wantedRoles);
            granted.retainAll(members.roles.keySet());
            assertThat(members.users.get("u")).as("seed " + seed).isEqualTo(granted);
            assertThat(members.passwords.get("u")).as("seed " + seed).isEqualTo(password ? "right" : "");
            assertThat(userCalls(members, password, wantedRoles, known))
                    .as("seed " + seed)
                    .isEmpty();
        }
    }

    private static String has(FakeAuth members) {
        return members.passwords.getOrDefault("u", "");
    }

    /** @param known the password that was last written down as set; empty for a user without, null for nothing written */
    private static List<AuthCall> userCalls(
            FakeAuth members, boolean password, SortedSet<String> roles, @Nullable String known) {
        WantedUser wanted = new WantedUser(
                "u",
                password,
                password != (known != null && !known.isEmpty()),
                password && !"right".equals(known),
                roles);
        FoundUser found = members.user(MEMBER, "u")
                .map(has -> new FoundUser(has, members.check(MEMBER, "u", password ? "right" : "-")))
                .orElse(null);
        return UserPlan.calls(wanted, found, members.roles(MEMBER));
    }

    @Test
    void rolesBecomeWhatIsWanted() {
        for (int seed = 0; seed < STORIES; seed++) {
            Random random = new Random(seed);
            FakeAuth members = new FakeAuth();
            if (random.nextInt(4) > 0) {
                Map<KeyRange, Permission.Access> has = new HashMap<>();
                permissions(random).forEach(permission -> has.put(permission.keys(), permission.access()));
                members.roles.put("r", has);
            }
            List<Permission> wanted = permissions(random);
            Map<KeyRange, Permission.Access> should = new HashMap<>();
            wanted.forEach(permission -> should.merge(permission.keys(), permission.access(), Permission.Access::and));
            Map<KeyRange, Permission.Access> kept = new HashMap<>(members.roles.getOrDefault("r", Map.of()));
            kept.entrySet().removeIf(entry -> entry.getValue() != should.get(entry.getKey()));

            for (int attempt = 0; attempt < 30; attempt++) {
                List<AuthCall> calls = roleCalls(members, wanted);
                if (calls.isEmpty()) {
                    break;
                }
                int revoke = firstRevoke(calls);
                assertThat(calls.subList(revoke, calls.size()))
                        .as("seed " + seed + ": given first, then taken")
                        .allMatch(AuthCall.RevokePermission.class::isInstance);
                members.answers = random.nextBoolean() ? random.nextInt(calls.size() + 1) : Integer.MAX_VALUE;
                try {
                    new AuthCaller(members).carryOut(MEMBER, calls, null);
                } catch (MemberCallException e) {
                    assertThat(e).isNotNull();
                }
                members.answers = Integer.MAX_VALUE;
                assertThat(members.roles.getOrDefault("r", Map.of()).entrySet())
                        .as("seed " + seed)
                        .containsAll(kept.entrySet());
            }
            assertThat(members.roles.get("r")).as("seed " + seed).isEqualTo(should);
            assertThat(roleCalls(members, wanted)).as("seed " + seed).isEmpty();
        }
    }

    private static int firstRevoke(List<AuthCall> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i) instanceof AuthCall.RevokePermission) {
                return i;
            }
        }
        return calls.size();
    }

    private static List<AuthCall> roleCalls(FakeAuth members, List<Permission> wanted) {
        return RolePlan.calls("r", wanted, members.role(MEMBER, "r").orElse(null));
    }

    @Test
    void rootIsMadeWhateverWasThere() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            FakeAuth members = new FakeAuth();
            if (random.nextBoolean()) {
                members.roles.put("root", new HashMap<>());
            }
            if (random.nextBoolean()) {
                members.users.put("root", Set.of());
                members.passwords.put("root", random.nextBoolean() ? "" : "guessed");
            }
            for (int attempt = 0; !members.enabled && attempt < 30; attempt++) {
                members.answers = random.nextInt(6);
                try {
                    List<AuthCall> calls = RootPlan.prepare(
                            members.roles(MEMBER), members.user(MEMBER, "root").orElse(null));
                    new AuthCaller(members).carryOut(MEMBER, calls, "right");
                    assertThat(RootPlan.works(
                                    members.roles(MEMBER),
                                    members.user(MEMBER, "root").orElse(null)))
                            .isTrue();
                    members.enable(MEMBER);
                } catch (MemberCallException e) {
                    assertThat(e).isNotNull();
                }
            }
            members.answers = Integer.MAX_VALUE;
            assertThat(members.enabled).as("seed " + seed).isTrue();
            assertThat(members.passwords).as("seed " + seed).containsEntry("root", "right");
        }
        assertThat(RootPlan.keep(PasswordCheck.DIFFERS)).containsExactly(new AuthCall.SetPassword("root"));
        assertThat(RootPlan.keep(PasswordCheck.MATCHES)).isEmpty();
        assertThat(RootPlan.keep(PasswordCheck.UNKNOWN)).isEmpty();
    }

    @Test
    void prefixesEndWhereMembersSay() {
        assertThat(KeyRange.prefix(bytes("/a"))).isEqualTo(new KeyRange("2f61", "2f62"));
        assertThat(KeyRange.prefix(new byte[] {1, (byte) 0xff})).isEqualTo(new KeyRange("01ff", "02"));
        assertThat(KeyRange.prefix(new byte[] {(byte) 0xff})).isEqualTo(new KeyRange("ff", "00"));
        assertThat(KeyRange.prefix(new byte[0])).isEqualTo(new KeyRange("00", "00"));
    }

    private static NavigableSet<String> pick(Random random, List<String> from) {
        NavigableSet<String> some = new TreeSet<>();
        from.stream().filter(_ -> random.nextBoolean()).forEach(some::add);
        return some;
    }

    private static List<Permission> permissions(Random random) {
        List<Permission> some = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            some.add(new Permission(ACCESSES.get(random.nextInt(3)), RANGES.get(random.nextInt(RANGES.size()))));
        }
        return some;
    }
}
