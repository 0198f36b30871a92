package dev.mainstay.embed.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.embed.Client;
import dev.mainstay.embed.EmbeddedCluster;
import dev.mainstay.embed.EmbeddedMember;
import dev.mainstay.embed.QuietRatis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each test class within runs as a user's would; JUnit wants them to be inner ones. */
@SuppressWarnings("ClassCanBeStatic")
@ExtendWith(QuietRatis.class)
class MainstayExtensionTest {

    /** Those of this class's tests that the extension started. */
    private static final List<EmbeddedMember> SEEN = new ArrayList<>();

    /** Looks when the contexts of the classes within are closed. */
    @RegisterExtension
    static final AfterAllCallback NOTHING_IS_LEFT = MainstayExtensionTest::nothingIsLeft;

    private static void nothingIsLeft(ExtensionContext context) {
        if (context.getRequiredTestClass() == MainstayExtensionTest.class) {
            assertThat(SEEN).hasSize(4).allSatisfy(member -> {
                assertThat(member.isRunning()).isFalse();
                assertThat(member.dataDirectory()).doesNotExist();
            });
        }
    }

    @Nested
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    class InAStaticField {

        @RegisterExtension
        static final MainstayExtension MAINSTAY = MainstayExtension.member();

        @Test
        @Order(1)
        void isGivenToTheFirstTest(EmbeddedMember member) {
            SEEN.add(member);
            assertThat(MAINSTAY.endpoint()).isEqualTo(member.endpoint());
            put(member);
        }

        @Test
        @Order(2)
        void isTheSameForTheNext(EmbeddedMember member, EmbeddedCluster cluster) {
            assertThat(cluster.members()).containsExactly(member);
            assertThat(get(member)).isEqualTo("value");
        }

        @Nested
        class AndWithin {

            @Test
            void isTheSameToo(EmbeddedMember member) {
                assertThat(get(member)).isEqualTo("value");
            }
        }

        @AfterAll
        static void isThereToTheEnd(EmbeddedMember member) {
            assertThat(get(member)).isEqualTo("value");
        }
    }

    @Nested
    class InAnInstanceField {

        @RegisterExtension
        final MainstayExtension mainstay = MainstayExtension.member();

        @Test
        void isAnotherForEachTest(EmbeddedMember member) {
            SEEN.add(member);
            assertThat(get(member)).isEmpty();
            put(member);
        }

        @Test
        void isAnotherForTheOtherTest(EmbeddedMember member) {
            SEEN.add(member);
            assertThat(get(member)).isEmpty();
            put(member);
            assertThat(mainstay.endpoint()).isEqualTo(member.endpoint());
        }
    }

    @Nested
    @ExtendWith(MainstayExtension.class)
    class AtAClass {

        @Test
        void isGiven(EmbeddedMember member) {
            SEEN.add(member);
            put(member);
        }
    }

    private static void put(EmbeddedMember member) {
        try (Client client = new Client(member)) {
            client.put("key", "value");
        }
    }

    private static String get(EmbeddedMember member) {
        try (Client client = new Client(member)) {
            return client.get("key");
        }
    }
}
