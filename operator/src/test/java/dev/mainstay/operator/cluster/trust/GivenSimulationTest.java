package dev.mainstay.operator.cluster.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.trust.GivenEngine.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Somebody replaces certificates and authorities at any moment, some or all at once, while members take changed files late, stop and start, and
 * the operator is killed between its writes. After every step each member trusts what every other shows; in the end all have what they should,
 * and trust nothing else.
 */
class GivenSimulationTest {

    private static final int STORIES = 1_000;
    private static final int STEPS = 120;
    private static final int MEMBERS = 4;

    /** A certificate is AUTHORITY:NUMBER. */
    private record Files(String leaf, List<String> bundle) {}

    private final TreeMap<String, Files> secrets = new TreeMap<>();
    private final TreeMap<String, Files> mounted = new TreeMap<>();
    private final TreeMap<String, String> wanted = new TreeMap<>();
    private int made;
    private String authority = "ca0";

    @Test
    void everybodyTrustsEverybody() {
        for (int seed = 0; seed < STORIES; seed++) {
            secrets.clear();
            mounted.clear();
            wanted.clear();
            made = 0;
            authority = "ca0";
            Random random = new Random(seed);
            for (int member = 1; member <= MEMBERS; member++) {
                wanted.put("m" + member, next());
            }
            wanted.put("operator", next());
            for (int step = 0; step < STEPS; step++) {
                int what = random.nextInt(100);
                if (what < 4) {
                    authority = "ca" + (step + 1);
                    wanted.replaceAll((name, leaf) -> next());
                } else if (what < 7) {
                    authority = "ca" + (step + 1);
                    wanted.put("m1", next());
                } else if (what < 12) {
                    wanted.put("m" + (1 + random.nextInt(MEMBERS)), next());
                } else if (what < 50) {
                    pass(random.nextInt(8));
                } else if (what < 85) {
                    mount("m" + (1 + random.nextInt(MEMBERS)));
                } else if (what < 90) {
                    mounted.remove("m" + (1 + random.nextInt(MEMBERS)));
                }
                check(seed);
            }
            for (int i = 0; i < 12; i++) {
                pass(100);
                secrets.keySet().stream()
                        .filter(name -> name.startsWith("m"))
                        .toList()
                        .forEach(this::mount);
                check(seed);
            }
            for (String name : wanted.keySet()) {
                Files files = Objects.requireNonNull(secrets.get(name));
                assertThat(files.leaf()).as("seed " + seed + " " + name).isEqualTo(wanted.get(name));
                assertThat(files.bundle()).as("seed " + seed + " " + name).isEqualTo(authorities());
            }
            assertThat(pass(100))
                    .as("seed " + seed + ": nothing is left to write")
                    .isZero();
        }
    }

    private String next() {
        made++;
        return authority + ":" + made;
    }

    /** As whoever replaces them gives them: the authorities of what there is to be had. */
    private List<String> authorities() {
        return wanted.values().stream()
                .map(GivenSimulationTest::signer)
                .distinct()
                .sorted()
                .toList();
    }

    private static String signer(String leaf) {
        return leaf.substring(0, leaf.indexOf(':'));
    }

    private void mount(String member) {
        Files files = secrets.get(member);
        if (files != null) {
            mounted.put(member, files);
        }
    }

    /** Writes at most so many secrets, and says how many. */
    private int pass(int writes) {
        List<Place> places = new ArrayList<>();
        wanted.forEach((name, leaf) -> {
            Files has = secrets.get(name);
            places.add(new Place(name, has == null ? "" : has.leaf(), has == null ? List.of() : has.bundle(), leaf));
        });
        List<Running> running = mounted.entrySet().stream()
                .map(entry -> new Running(
                        entry.getKey(),
                        Set.of(entry.getValue().leaf()),
                        Set.of(entry.getValue().bundle().toString())))
                .toList();
        List<String> bundle = GivenEngine.bundle(authorities(), places, running);
        int written = 0;
        for (Place place : places) {
            String leaf = GivenEngine.mayShow(place, places, running, bundle, bundle.toString())
                    ? Objects.requireNonNull(place.wanted())
                    : place.leaf();
            @Nullable Files has = secrets.get(place.name());
            Files files = new Files(leaf, bundle);
            if (written < writes && !leaf.isEmpty() && !files.equals(has)) {
                secrets.put(place.name(), files);
                written++;
            }
        }
        return written;
    }

    private void check(int seed) {
        mounted.forEach((member, files) -> {
            mounted.forEach((other, theirs) -> assertThat(files.bundle())
                    .as("seed " + seed + ": " + member + " trusts " + other)
                    .contains(signer(theirs.leaf())));
            Files operator = secrets.get("operator");
            if (operator != null) {
                assertThat(files.bundle())
                        .as("seed " + seed + ": " + member + " trusts the operator")
                        .contains(signer(operator.leaf()));
                assertThat(operator.bundle())
                        .as("seed " + seed + ": the operator trusts " + member)
                        .contains(signer(files.leaf()));
            }
        });
    }
}
