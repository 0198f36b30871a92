package dev.mainstay.embed.junit;

import dev.mainstay.embed.EmbeddedCluster;
import dev.mainstay.embed.EmbeddedMember;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a member, or a cluster, that starts empty and leaves nothing behind.
 *
 * <pre>{@code
 * class OrdersTest {
 *     @RegisterExtension
 *     static final MainstayExtension MAINSTAY = MainstayExtension.member();
 *
 *     @Test
 *     void ordersAreKept(EmbeddedMember member) { ... member.endpoint() ... }
 * }
 * }</pre>
 *
 * In a static field, as in {@code @ExtendWith} at a class, it is the same one for all tests of the class and of those nested
 * in it; in an instance field each test has its own. Tests may have an {@link EmbeddedCluster} as a parameter and, if there is
 * one member, an {@link EmbeddedMember}. A static one may be used by several tests at once.
 */
public final class MainstayExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {

    private final int size;
    private final List<String> flags = new ArrayList<>();
    private volatile @Nullable EmbeddedCluster current;

    /** One member; for {@code @ExtendWith}. */
    public MainstayExtension() {
        this(1);
    }

    private MainstayExtension(int size) {
        this.size = size;
    }

    /** One member. */
    public static MainstayExtension member() {
        return new MainstayExtension(1);
    }

    /** @param members how many, from 1 to 9 */
    public static MainstayExtension cluster(int members) {
        return new MainstayExtension(members);
    }

    /** More flags of each member, as for {@link EmbeddedCluster.Builder#flags}. To be given where the field is set. */
    public MainstayExtension flags(String... more) {
        flags.addAll(List.of(more));
        return this;
    }

    /**
     * What the present test, or class, was given.
     *
     * @throws IllegalStateException before the first
     */
    public EmbeddedCluster cluster() {
        EmbeddedCluster now = current;
        if (now == null) {
            throw new IllegalStateException(
                    "Mainstay starts with the first test; is the field annotated @RegisterExtension?");
        }
        return now;
    }

    /** Where clients connect to: the first member's URL. */
    public String endpoint() {
        return cluster().member(0).endpoint();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        begin(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin(context);
    }

    /** Finds what a surrounding context has begun; the context that begins it also ends it. */
    private EmbeddedCluster begin(ExtensionContext context) {
        ExtensionContext.Store store = context.getStore(ExtensionContext.Namespace.create(this));
        EmbeddedCluster cluster = store.get(EmbeddedCluster.class, EmbeddedCluster.class);
        if (cluster == null) {
            cluster = EmbeddedCluster.builder()
                    .members(size)
                    .flags(flags.toArray(String[]::new))
                    .start();
            store.put(EmbeddedCluster.class, cluster);
        }
        current = cluster;
        return cluster;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EmbeddedCluster.class || (size == 1 && type == EmbeddedMember.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        EmbeddedCluster cluster = begin(context);
        return parameter.getParameter().getType() == EmbeddedCluster.class ? cluster : cluster.member(0);
    }
}
