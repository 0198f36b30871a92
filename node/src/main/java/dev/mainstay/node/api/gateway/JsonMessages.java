package dev.mainstay.node.api.gateway;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.mainstay.node.api.wire.EncodedMessage;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Protobuf messages as JSON: fields by their names in the API files, defaults left out, unknown fields passed over. */
final class JsonMessages {

    /** Messages within messages of an answer; of a request, the JSON parser's own limit is lower. */
    private static final int MAX_NESTING = 1000;

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private static final int UNICODE_ESCAPE_LENGTH = 6;

    private static final Map<String, Character> NEEDLESS = Map.of(
            "003c", '<', "003e", '>', "0026", '&', "003d", '=', "0027", '\'', "2028", '\u2028', "2029", '\u2029');

    private JsonMessages() {}

    /**
     * Reads a request.
     *
     * @param prototype an empty message of its type
     * @return the request in its wire form
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for what isn't one
     */
    static byte[] parse(byte[] json, Message prototype) {
        Message.Builder request = prototype.newBuilderForType();
        try {
            JsonShape.check(JsonValues.FACTORY, json, prototype.getDescriptorForType());
            PARSER.merge(new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8), request);
        } catch (IOException e) {
            throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
        }
        return request.build().toByteArray();
    }

    /** Writes an answer of ours. */
    static String print(EncodedMessage answer, Message prototype) {
        try {
            CodedInputStream input = CodedInputStream.newInstance(
                    answer.array(), answer.frameStart() + EncodedMessage.FRAME_HEADER_BYTES, answer.length());
            input.setRecursionLimit(MAX_NESTING);
            return unescaped(
                    PRINTER.print(prototype.newBuilderForType().mergeFrom(input).build()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an answer of our own that can't be parsed", e);
        } catch (IOException e) {
            throw new IllegalStateException("an array that can't be read", e);
        }
    }

    /** The printer escapes what matters in HTML and JavaScript alone, which etcd's gateway doesn't. */
    private static String unescaped(String json) {
        int next = json.indexOf('\\');
        if (next < 0) {
            return json;
        }
        StringBuilder plain = new StringBuilder(json.length());
        int copied = 0;
        while (next >= 0) {
            int length = json.charAt(next + 1) == 'u' ? UNICODE_ESCAPE_LENGTH : 2;
            Character meant = length == 2 ? null : NEEDLESS.get(json.substring(next + 2, next + length));
            if (meant != null) {
                plain.append(json, copied, next).append((char) meant);
                copied = next + length;
            }
            next = json.indexOf('\\', next + length);
        }
        return plain.append(json, copied, json.length()).toString();
    }
}
