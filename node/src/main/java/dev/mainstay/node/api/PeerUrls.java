package dev.mainstay.node.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What etcd takes for the peer URLs of a member. */
final class PeerUrls {

    private static final Pattern NETWORK =
            Pattern.compile("(https?)(://(?:\\[[0-9a-f:.%]+]|[^\\s/?#@:\\[\\]]*):\\d*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern SOCKET = Pattern.compile("(unixs?)(://\\S+)", Pattern.CASE_INSENSITIVE);

    private PeerUrls() {}

    /**
     * The URLs in order and in the form in which etcd keeps them: sorted, without blanks around them, the scheme in lower
     * case. Empty if there are none, or one isn't {@code scheme://host:port} or the path of a socket.
     */
    static Optional<List<String>> normalized(List<String> given) {
        List<String> urls = new ArrayList<>(given.size());
        for (String text : given) {
            Matcher network = NETWORK.matcher(text.strip());
            Matcher url = network.matches() ? network : SOCKET.matcher(text.strip());
            if (!url.matches()) {
                return Optional.empty();
            }
            urls.add(url.group(1).toLowerCase(Locale.ROOT) + url.group(2));
        }
        urls.sort(null);
        return urls.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(urls));
    }
}
