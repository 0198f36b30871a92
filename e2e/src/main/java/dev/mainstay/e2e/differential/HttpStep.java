package dev.mainstay.e2e.differential;

/**
 * One request over HTTP. Its text form is one line of a script: method, path, caller, body with line breaks escaped, as in
 * {@code POST /v3/kv/range +ann {"key":"YQ=="}}.
 *
 * @param method of HTTP
 * @param path with the query, if there is one
 * @param caller whose token goes along, see {@link Callers}; empty for nobody's
 * @param body as it is sent, but for symbols, see {@link SymbolicRevisions}
 */
public record HttpStep(String method, String path, String caller, String body) {
    /** Reads one line of a script. */
    public static HttpStep parse(String line) {
        String[] parts = line.split(" ", 4);
        return new HttpStep(
                parts[0], parts[1], parts[2].substring(1), parts.length > 3 ? parts[3].translateEscapes() : "");
    }

    @Override
    public String toString() {
        return method + " " + path + " +" + caller + " "
                + body.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }
}
