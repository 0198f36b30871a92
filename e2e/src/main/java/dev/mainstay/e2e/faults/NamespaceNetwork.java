package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Place;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Every member in a network namespace of its own, joined to a bridge. Cuts drop real packets, by iptables inside the
 * namespaces. What the members send to each other passes a {@link PeerProxy} on this machine's end of the bridge, which
 * delays it when asked to:
 *
 * <pre>
 *   namespace i                    this machine                        namespace j
 *   10.213.N.(10+i)  ── bridge ──  10.213.N.(100+j) "face of j"
 *                                  10.213.N.(100+i) "face of i" ── bridge ──  10.213.N.(10+j)
 * </pre>
 *
 * Member i opens its connections to the face of j, and j sees them come from the face of i, so that dropping what i sends to
 * the face of j is the cut from i to j, whoever opened the connection.
 *
 * <p>Needs root and iproute2; iptables comes from the system or from {@code e2e/bin/nettools.sh}. Names carry this process'
 * id: what a process that is gone left behind is removed by the next one.
 */
public final class NamespaceNetwork implements Network {
    private static final String PREFIX = "msn";
    private static final int CLIENT_PORT = 2379;
    private static final int PEER_PORT = 2380;
    private static final int FIRST_MEMBER = 10;
    private static final int FIRST_FACE = 100;

    private final int members;
    private final String name = PREFIX + ProcessHandle.current().pid() + "x";
    private final String subnet;
    private final String iptables = NetTools.iptables();
    private final Links links;
    private final List<PeerProxy> proxies = new ArrayList<>();
    private final Thread onInterruption = new Thread(this::remove, "remove-network");

    /** Room for this many members. */
    public NamespaceNetwork(int members, Random random) {
        this.members = members;
        links = new Links(members, random);
        Leftovers.remove(PREFIX);
        subnet = freeSubnet(random);
        Runtime.getRuntime().addShutdownHook(onInterruption);
        create();
        for (int i = 0; i < members; i++) {
            proxies.add(new PeerProxy(i, at(FIRST_FACE + i, PEER_PORT), at(FIRST_MEMBER + i, PEER_PORT), new Wires()));
        }
    }

    /** Why there can be none on this machine; empty if there can. */
    static String obstacle() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "network namespaces need root";
        }
        String probe = PREFIX + ProcessHandle.current().pid() + "probe";
        Command.Result made = Command.attempt(List.of("ip", "netns", "add", probe));
        if (made.code() != 0) {
            return "ip netns says: " + made.output().strip();
        }
        try {
            Command.run(
                    "ip", "netns", "exec", probe, NetTools.iptables(), "-A", "OUTPUT", "-d", "10.0.0.1", "-j", "DROP");
            return "";
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        } finally {
            Command.run("ip", "netns", "del", probe);
        }
    }

    @Override
    public Place place(int member) {
        String host = "http://" + subnet + (FIRST_MEMBER + member) + ":";
        return new Place(
                "m" + member,
                host + CLIENT_PORT,
                host + PEER_PORT,
                "http://" + subnet + (FIRST_FACE + member) + ":" + PEER_PORT,
                List.of("ip", "netns", "exec", namespace(member)));
    }

    @Override
    public void started(int member, long pid) {
        // Members are known by their addresses.
    }

    @Override
    public void cut(int from, int to) {
        inside(from, iptables, "-w", "-A", "OUTPUT", "-d", subnet + (FIRST_FACE + to), "-j", "DROP");
    }

    @Override
    public void disturb(int from, int to, Disturbance disturbance) {
        links.get(from, to).disturb(disturbance);
    }

    @Override
    public void reset(int one, int other) {
        proxies.get(one).reset(other);
        proxies.get(other).reset(one);
    }

    @Override
    public void heal() {
        links.heal();
        for (int i = 0; i < members; i++) {
            inside(i, iptables, "-w", "-F", "OUTPUT");
        }
    }

    @Override
    public String description() {
        return "network namespaces";
    }

    @Override
    public void close() {
        links.heal();
        proxies.forEach(PeerProxy::close);
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(onInterruption);
        } catch (IllegalStateException shuttingDown) {
            // Then the hook finds nothing left.
        }
    }

    private void create() {
        String bridge = name + "b";
        Command.run("ip", "link", "add", bridge, "type", "bridge");
        Command.run("ip", "addr", "add", subnet + "1/24", "dev", bridge);
        for (int i = 0; i < members; i++) {
            Command.run("ip", "addr", "add", subnet + (FIRST_FACE + i) + "/24", "dev", bridge);
        }
        Command.run("ip", "link", "set", bridge, "up");
        for (int i = 0; i < members; i++) {
            String outer = name + "v" + i;
            Command.run("ip", "netns", "add", namespace(i));
            Command.run("ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", namespace(i));
            Command.run("ip", "link", "set", outer, "master", bridge, "up");
            inside(i, "ip", "addr", "add", subnet + (FIRST_MEMBER + i) + "/24", "dev", "eth0");
            inside(i, "ip", "link", "set", "eth0", "up");
            inside(i, "ip", "link", "set", "lo", "up");
        }
    }

    private void remove() {
        Leftovers.removeNamed(name);
    }

    private void inside(int member, String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace(member)));
        command.addAll(List.of(words));
        Command.run(command);
    }

    private String namespace(int member) {
        return name + member;
    }

    private InetSocketAddress at(int host, int port) {
        return new InetSocketAddress(subnet + host, port);
    }

    /** The first three numbers, with a dot, of a network that this machine has no address in. */
    private static String freeSubnet(Random random) {
        String used = Command.run("ip", "-o", "-4", "addr");
        return IntStream.generate(() -> random.nextInt(256))
                .limit(1_000)
                .mapToObj(n -> "10.213." + n + ".")
                .filter(net -> !used.contains(" " + net))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("every network of 10.213.0.0/16 is in use"));
    }

    private final class Wires implements PeerProxy.Wiring {
        @Override
        public int opener(Socket accepted) {
            String address = accepted.getInetAddress().getHostAddress();
            return IntStream.range(0, members)
                    .filter(i -> address.equals(subnet + (FIRST_MEMBER + i)))
                    .findFirst()
                    .orElse(-1);
        }

        @Override
        public Link link(int from, int to) {
            return links.get(from, to);
        }

        @Override
        public @Nullable InetSocketAddress source(int opener) {
            return at(FIRST_FACE + opener, 0);
        }
    }
}
