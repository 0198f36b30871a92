package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;

/**
 * One step of a sequence, with symbolic revisions. Its text form is one line of a script: kind, stream, request in
 * protobuf's text format. {@code PUT 0 key: "a" value: "b"}
 *
 * @param kind what is done
 * @param stream which watch stream, 0 for everything else
 * @param request the request, of the kind's type
 */
public record Step(StepKind kind, int stream, Message request) {
    /** A step that is no message on a watch stream. */
    public static Step of(StepKind kind, Message request) {
        return new Step(kind, 0, request);
    }

    /** Reads one line of a script. */
    public static Step parse(String line) {
        String[] parts = line.strip().split(" ", 3);
        StepKind kind = StepKind.valueOf(parts[0]);
        Message.Builder request = kind.prototype().newBuilderForType();
        try {
            TextFormat.merge(parts.length > 2 ? parts[2] : "", request);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException("not a step: " + line, e);
        }
        return new Step(kind, Integer.parseInt(parts[1]), request.build());
    }

    @Override
    public String toString() {
        return (kind + " " + stream + " "
                        + TextFormat.printer().emittingSingleLine(true).printToString(request))
                .strip();
    }
}
