package dev.mainstay.node.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a PEM file.
 *
 * @param type what stands after BEGIN, such as {@code CERTIFICATE}
 * @param encrypted whether its header says so, in the way of old OpenSSL
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PemBlock(String type, boolean encrypted, byte[] der) {

    private static final String BEGIN = "-----BEGIN ";
    private static final Pattern BLOCK =
            Pattern.compile(BEGIN + "([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final int LINE = 64;

    /** The blocks of a file, in order; what stands between them is left out. */
    static List<PemBlock> in(TlsFile file, byte[] bytes) throws TlsException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<PemBlock> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            blocks.add(of(file, block.group(1), block.group(2)));
        }
        int begun = 0;
        for (int at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at + 1)) {
            begun++;
        }
        if (begun != blocks.size()) {
            throw file.refused("is damaged: a block has no end. It may not have been written in full; write it again.");
        }
        return blocks;
    }

    private static PemBlock of(TlsFile file, String type, String body) throws TlsException {
        boolean encrypted = false;
        StringBuilder base64 = new StringBuilder(body.length());
        for (String line : body.lines().toList()) {
            if (line.contains(":")) {
                encrypted |= line.contains("ENCRYPTED");
            } else {
                base64.append(line.strip());
            }
        }
        try {
            return new PemBlock(type, encrypted, Base64.getDecoder().decode(base64.toString()));
        } catch (IllegalArgumentException e) {
            throw file.refused("is damaged: its " + type + " is not base64 text. Write it again.");
        }
    }

    /** The text form. */
    static String text(String type, byte[] der) {
        String body = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return BEGIN + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
